using System.Net;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Authentication;

/// <summary>The credentials of a request, before anything about them has been checked.</summary>
/// <param name="Authorization">Access key, scope and signature, from the Authorization header or from the query, or null if there are
/// none or they are malformed.</param>
/// <param name="PresignedUrl">The parameters of the query if the signature is there; else null.</param>
/// <param name="Malformed">Why there is no <paramref name="Authorization"/>.</param>
internal sealed record RequestCredentials(
    AuthorizationHeader? Authorization, PresignedUrl? PresignedUrl, SignatureVerdict Malformed)
{
    /// <summary>Whether the signature is in the query, even if it is malformed.</summary>
    public bool IsPresigned => PresignedUrl is not null || Malformed.Outcome == SignatureOutcome.MalformedPresignedUrl;

    /// <summary>Reads the Authorization header. Without one, reads the query.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">Its path and query.</param>
    public static RequestCredentials Read(HttpRequest request, RequestTarget target)
    {
        if (AuthorizationHeader.TryParse(request.Headers.Authorization, out var authorization, out var malformed))
        {
            return new RequestCredentials(authorization, null, default);
        }

        if (malformed != AuthorizationError.Absent)
        {
            return new RequestCredentials(null, null, SignatureVerdict.For(malformed));
        }

        return PresignedUrl.TryParse(target.Raw, out var url, out var malformedUrl)
            ? new RequestCredentials(url.Authorization, url, default)
            : new RequestCredentials(
                null,
                null,
                malformedUrl == AuthorizationError.Absent
                    ? SignatureVerdict.For(malformedUrl)
                    : SignatureVerdict.ForPresignedUrl(malformedUrl));
    }
}

/// <summary>Checks whether a request was addressed to a loopback address, by its <c>Host</c> header.</summary>
/// <remarks>A malicious web page can make its own host name resolve to 127.0.0.1 and send requests to a local server. Those requests
/// carry the page's host name.</remarks>
internal static class LoopbackHost
{
    private const string Localhost = "localhost";

    /// <summary>Whether the host is <c>localhost</c> or a loopback address, with any port.</summary>
    public static bool Matches(HostString host)
    {
        if (!host.HasValue)
        {
            return false;
        }

        var name = host.Host.AsSpan();
        return name.Equals(Localhost, StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
