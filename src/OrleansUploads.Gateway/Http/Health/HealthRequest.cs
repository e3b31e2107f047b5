using Microsoft.AspNetCore.Http.Features;
using OrleansUploads.Gateway.Http.Authentication;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>Tells requests for a health report from requests to a front. The path of a report may also be that of a bucket or an
/// object.</summary>
internal static class HealthRequest
{
    /// <summary>Whether a request asks for a health report: it reads exactly this path and has no signature. Upper and lower case and a
    /// slash at the end make no difference.</summary>
    /// <param name="request">The request.</param>
    /// <param name="path">The path of the report.</param>
    public static bool IsFor(HttpRequest request, string path)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return false;
        }

        if (!(request.Path.Value ?? "").AsSpan().TrimEnd('/').Equals(path, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // The server has resolved the segments "." and "..". They are part of a key.
        var target = RequestTarget.Parse(request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        return target.Segments.Length > 0 && RequestCredentials.Read(request, target).Authorization is null;
    }
}
