"""The API's description, for people and for programs."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response

from api import docs_page
from api.problem_advice import ADVICE
from api.problem_kinds import KINDS, Slug
from api.problems import responses, spoken
from api.replies import ProblemPage
from api.service import AskedService

router = APIRouter(tags=["documentation"])


@router.get("/openapi.json", include_in_schema=False)
async def openapi(service: AskedService) -> Response:
    """OpenAPI 3.1, with the request schema of the model in service."""
    return Response(service.description.document(), media_type="application/json")


@router.get("/docs", include_in_schema=False, response_class=HTMLResponse)
async def docs() -> Response:
    """The documentation page; it loads nothing from elsewhere."""
    return HTMLResponse(docs_page.page(), headers=docs_page.HEADERS)


@router.get("/docs/assets/{name}", include_in_schema=False)
async def asset(name: docs_page.Asset) -> Response:
    """Scripts and styles of the documentation page."""
    content, media_type = docs_page.asset(name)
    return Response(content, media_type=media_type, headers=docs_page.HEADERS)


@router.get(
    "/problems/{slug}",
    operation_id="problem_kind",
    summary="About one kind of problem",
    responses=responses("invalid-parameter"),
)
async def problem_kind(slug: Slug, request: Request, response: Response) -> ProblemPage:
    """What a problem's `type` points to, in the language that Accept-Language likes best."""
    kind, language = KINDS[slug], spoken(request)
    response.headers.update({"Content-Language": language, "Vary": "Accept-Language"})
    return ProblemPage(
        type=f"/problems/{slug}",
        title=kind.title.in_language(language),
        status=kind.status,
        advice=ADVICE[slug].in_language(language),
    )
