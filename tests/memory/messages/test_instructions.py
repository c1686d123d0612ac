"""Standing instructions to the assistant, and what only looks like one."""

import pytest

from memory.messages.instructions import Instruction, instruction_in

ALWAYS = [
    "Please answer me in full sentences.",
    "Call me Robin.",
    "From now on, reply in Italian.",
    "Keep your replies brief.",
    "Don't use emoticons.",
    "I want you to call me Professor.",
    "I prefer tables to long paragraphs when you explain something, so always use tables.",
    "I don't want any emojis in your replies.",
    "Please keep all answers under fifty words.",
    "I'd like your explanations to be formal.",
    "Use metric units.",
    "以后请用英文回答。",
    "请叫我小李。",
    "回答请详细一点。",
    "不要用表情。",
]
FOR_SOME = [
    "Always name the composer when I ask about a piece of music.",
    "Whenever I ask for a recipe, always give the amounts in grams.",
    "Never give me spoilers when I talk about a series.",
    "每当我问温度的时候，请用摄氏度回答。",
]
NONE = [
    "Call me later.",
    "Never give up.",
    "Always look on the bright side of life.",
    "I always answer my mails in the evening.",
    "My boss wants short answers.",
    "Write me a poem.",
    "Answer this question: what is two and two?",
    "I love your answer!",
    "I need answers from my landlord.",
    "Please reply to my mail.",
    "Speak with him tomorrow.",
    "He always answers in German.",
    "I'll always remember you when I ask for help.",
    "Should you answer in bullet points?",
    "他叫我去开会。",
    "我以后想学画画。",
    "请用一句话总结这篇文章。",
    "我喜欢他的回答。",
]


@pytest.mark.parametrize(
    ("text", "instruction"),
    [
        *((text, Instruction.ALWAYS) for text in ALWAYS),
        *((text, Instruction.FOR_SOME_REQUESTS) for text in FOR_SOME),
        *((text, Instruction.NONE) for text in NONE),
    ],
)
def test_instruction_in(text: str, instruction: Instruction) -> None:
    assert instruction_in(text) is instruction
