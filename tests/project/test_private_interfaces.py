"""The parts of libraries that we use though they may change in any release, and who uses them.

A failure here says what moved and which file depends on it. Adapt that file, run its tests, then
raise the library's upper bound in pyproject.toml.
"""

import ast
import inspect
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name

import pytest
import torch
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
BATCHING = "transformers.generation.continuous_batching"
ENGINE, ATTENTION = "models/language/batching_engine.py", "models/language/cpu_attention.py"
LINEAR, PROTOCOL = "models/cpu_linear.py", "app/server/http_protocol.py"
BUNDLED = "models/bundled.py"

USED_BY = {
    BATCHING: {ENGINE, ATTENTION},
    "transformers.integrations": {ATTENTION},
    "transformers.modeling_gguf_pytorch_utils": {BUNDLED},
    "torch.ops.mkldnn": {LINEAR},
    "uvicorn.protocols": {PROTOCOL},
}
"""Private modules, and the only files that may use them."""

CALLED = [
    (ENGINE, "transformers:ContinuousBatchingConfig", "page_size num_blocks max_batch_tokens"),
    (ENGINE, "transformers:ContinuousBatchingConfig", "max_requests_per_batch use_async_batching"),
    (ENGINE, "transformers:ContinuousBatchingConfig", "use_cuda_graph auto_switch_to_flash"),
    (
        ENGINE,
        f"{BATCHING}.continuous_api:ContinuousMixin.init_continuous_batching",
        "generation_config continuous_batching_config",
    ),
    (
        ENGINE,
        f"{BATCHING}.continuous_api:ContinuousBatchingManager.add_request",
        "request_id max_new_tokens streaming eos_token_id logit_processor_kwargs",
    ),
    (
        ENGINE,
        f"{BATCHING}.continuous_api:ContinuousBatchingManager.stop",
        "block timeout hard_stop",
    ),
    (ENGINE, f"{BATCHING}.continuous_api:ContinuousBatchingManager.cancel_request", "request_id"),
    (ENGINE, f"{BATCHING}.continuous_api:ContinuousBatchingManager.warmup", ""),
    (ENGINE, f"{BATCHING}.continuous_api:ContinuousBatchingManager.start", ""),
    (ENGINE, f"{BATCHING}.continuous_api:ContinuousBatchingManager.is_running", ""),
    (ENGINE, f"{BATCHING}.continuous_api:ContinuousBatchingManager.destroy", ""),
    (ENGINE, f"{BATCHING}.model_runner:infer_max_single_request_tokens", "cache"),
    (
        ATTENTION,
        f"{BATCHING}.cache:PagedAttentionCache.update",
        "key_states value_states layer_idx kwargs",
    ),
    (ATTENTION, "transformers:AttentionInterface.register", "key value"),
    (
        BUNDLED,
        "transformers.modeling_gguf_pytorch_utils:load_gguf_checkpoint",
        "gguf_checkpoint_path return_tensors model_to_load torch_dtype",
    ),
]
"""What we call: the file, the function or class, and the parameters that it must have."""

REPLACED = [
    (ENGINE, f"{BATCHING}.continuous_api:OutputRouter.deliver", "output"),
    (ENGINE, f"{BATCHING}.continuous_api:OutputRouter.deliver_batch", "outputs"),
    (ENGINE, f"{BATCHING}.cache:PagedAttentionCache.search_prefix_match", "request_id prompt_ids"),
    (
        ENGINE,
        f"{BATCHING}.cb_logits_processors:ContinuousBatchingLogitsProcessor.fill_defaults",
        "int32_tensor",
    ),
    (
        ENGINE,
        f"{BATCHING}.cb_logits_processors:ContinuousBatchingLogitsProcessor.prepare_tensor_args",
        "requests_with_new_token",
    ),
    (
        ENGINE,
        f"{BATCHING}.cb_logits_processors:ContinuousBatchingLogitsProcessor.__call__",
        "scores tensor_arg",
    ),
    (ATTENTION, f"{BATCHING}.input_outputs:ContinuousBatchingIOs.get_model_kwargs", "use_padding"),
    (
        ATTENTION,
        "transformers.integrations.sdpa_attention:sdpa_attention_forward",
        "module query key value attention_mask dropout scaling is_causal position_bias cache "
        "kwargs",
    ),
    *(
        (PROTOCOL, f"uvicorn.protocols.http.httptools_impl:HttpToolsProtocol.{method}", parameters)
        for method, parameters in {
            "connection_made": "transport",
            "connection_lost": "exc",
            "data_received": "data",
            "on_headers_complete": "",
            "on_body": "body",
            "on_message_complete": "",
            "send_400_response": "msg",
        }.items()
    ),
    (PROTOCOL, "uvicorn.protocols.http.httptools_impl:RequestResponseCycle.send", "message"),
]
"""What we put something in the place of: its parameters must be exactly these."""

READ = [
    (
        ENGINE,
        f"{BATCHING}.continuous_api:ContinuousBatchingManager",
        "logit_processor output_router batch_processor background_thread_status current_batch",
    ),
    (ENGINE, f"{BATCHING}.continuous_api:BackgroundThreadStatus", "fatal_error"),
    (
        ENGINE,
        f"{BATCHING}.continuous_api:ContinuousBatchProcessor",
        "cache inputs_and_outputs",
    ),
    (
        ENGINE,
        f"{BATCHING}.cb_logits_processors:ContinuousBatchingLogitsProcessorList",
        "tensors_required",
    ),
    (ENGINE, f"{BATCHING}.requests:FutureRequestState", "state"),
    (
        ENGINE,
        f"{BATCHING}.requests:RequestState",
        "initial_tokens generated_tokens logit_processor_kwargs",
    ),
    (
        ATTENTION,
        f"{BATCHING}.cache:PagedAttentionCache",
        "cache_allocators layer_to_allocator",
    ),
    (
        ATTENTION,
        f"{BATCHING}.cache_allocators.cache_allocator:CacheAllocator",
        "index layer_type get_cache_for_block_table",
    ),
    (
        ATTENTION,
        f"{BATCHING}.input_outputs:PagedAttentionArgs",
        "attention_mask cu_seq_lens_q cu_seq_lens_k read_index write_index cache",
    ),
    (PROTOCOL, "uvicorn.protocols.http.httptools_impl:HttpToolsProtocol", "transport cycle loop"),
    (PROTOCOL, "uvicorn.protocols.http.httptools_impl:RequestResponseCycle", "response_complete"),
]
"""Attributes that we read or set."""

OPERATORS = {
    "_reorder_linear_weight": "self batch_size",
    "_linear_pointwise": "X W B attr scalars algorithm",
    "_is_mkldnn_bf16_supported": "",
}


def found(file: str, name: str) -> object:
    try:
        return resolve_name(name)
    except (ImportError, AttributeError) as error:
        library = name.partition(":")[0].partition(".")[0]
        pytest.fail(f"{library} {version(library)} has no {name} ({error}); {file} uses it")


def parameters(file: str, name: str) -> list[str]:
    signature = inspect.signature(found(file, name))  # type: ignore[arg-type]
    return [each for each in signature.parameters if each != "self"]


@pytest.mark.parametrize(("file", "name", "needed"), CALLED)
def test_what_we_call_takes_what_we_give(file: str, name: str, needed: str) -> None:
    missing = set(needed.split()) - set(parameters(file, name))
    assert not missing, f"{name} has no parameter {missing} any more; {file} gives it"


@pytest.mark.parametrize(("file", "name", "needed"), REPLACED)
def test_what_we_replace_is_called_as_before(file: str, name: str, needed: str) -> None:
    now = parameters(file, name)
    assert now == needed.split(), f"{name} has other parameters now; {file} takes its place"


@pytest.mark.parametrize(("file", "name", "needed"), READ)
def test_what_we_read_is_there(file: str, name: str, needed: str) -> None:
    source = inspect.getsource(found(file, name))  # type: ignore[arg-type]
    for attribute in needed.split():
        written = (f"self.{attribute}", f"    {attribute}:", f"def {attribute}(")
        assert any(each in source for each in written), (
            f"{name} has no attribute {attribute} any more; {file} uses it"
        )


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN")
@pytest.mark.parametrize("name", OPERATORS)
def test_the_operators_of_onednn_are_called_as_before(name: str) -> None:
    operator = getattr(torch.ops.mkldnn, name, None)
    assert operator, f"torch {torch.__version__} has no operator mkldnn::{name}; {LINEAR} uses it"
    now = [each.name for each in operator.default._schema.arguments]
    assert now == OPERATORS[name].split(), (
        f"the operator mkldnn::{name} has other parameters now; {LINEAR} uses it"
    )


def modules_used(file: Path) -> Iterator[str]:
    """What a file imports, and the dotted names in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def test_each_private_module_is_used_by_its_files_only() -> None:
    users: dict[str, set[str]] = {private: set() for private in USED_BY}
    for folder in ("app", "memory", "models", "migrations", "tapehead_client"):
        for file in (ROOT / folder).rglob("*.py"):
            for used in modules_used(file):
                for private in USED_BY:
                    if used == private or used.startswith(f"{private}."):
                        users[private].add(str(file.relative_to(ROOT)))
    assert users == USED_BY


@pytest.mark.parametrize("library", sorted({name.partition(".")[0] for name in USED_BY}))
def test_a_library_whose_private_parts_we_use_has_an_upper_bound(library: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    [requirement] = [
        each for each in map(Requirement, project["dependencies"]) if each.name == library
    ]
    bounds = [each.version for each in requirement.specifier if each.operator == "<"]
    assert bounds, f"{library} has no upper bound in pyproject.toml"
    here = version(library).partition("+")[0]
    assert requirement.specifier.contains(here), (
        f"{library} {here} is installed, pyproject.toml allows {requirement.specifier}: "
        "the other tests of this file say what moved"
    )
