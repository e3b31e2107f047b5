using System.Text.Json;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Dashboard;

/// <summary>Signs people in and out. They prove that they know the secret of a key pair; the secret is neither sent nor kept.</summary>
internal sealed class DashboardSignIn(
    ICredentialStore credentials, SignInChallenge challenges, SessionTable sessions, FailedSignIns failures, GatewayOptions options)
{
    /// <summary>The cookie with the token of a session. Scripts cannot read it, and no other site's page can send it.</summary>
    private const string Cookie = "orleans-uploads-session";

    /// <summary>Creates the challenge with which a client proves that it knows its secret.</summary>
    public ValueTask<DashboardAnswer> CreateChallenge(HttpExchange exchange, RequestPayload payload) =>
        new(DashboardAnswer.Of(new ChallengeDocument(challenges.Create())));

    /// <summary>Begins a session if the client proves that it knows the secret.</summary>
    public async ValueTask<DashboardAnswer> SignInAsync(HttpExchange exchange, RequestPayload payload)
    {
        var source = TrafficSource.Of(exchange.ClientAddress);
        if (failures.WaitOf(source) is { } wait)
        {
            return DashboardErrors.TooManyFailures(wait);
        }

        if (await payload.ReadUnsignedAsync(source, exchange.Aborted) is { } unreadable)
        {
            return GlacierHttpErrors.Describe(unreadable);
        }

        if (await FindProvenAsync(payload.Document, exchange.Aborted) is not { } credential)
        {
            failures.Count(source);
            return DashboardErrors.SignInFailed;
        }

        // Until the browser is closed.
        exchange.Context.Response.Cookies.Append(Cookie, sessions.Begin(credential), CookieOptionsOf(exchange));
        return DashboardAnswer.Done;
    }

    /// <summary>Ends the session.</summary>
    public ValueTask<DashboardAnswer> SignOut(HttpExchange exchange, RequestPayload payload)
    {
        sessions.End(TokenOf(exchange));
        exchange.Context.Response.Cookies.Delete(Cookie, CookieOptionsOf(exchange));
        return new(DashboardAnswer.Done);
    }

    /// <summary>The key that signed in, or null without a session. Also null if the server verifies no signatures.</summary>
    public async ValueTask<Credential?> FindAsync(HttpExchange exchange) =>
        options.AnonymousAccount is not null ? null : await sessions.FindAsync(TokenOf(exchange), exchange.Aborted);

    private async ValueTask<Credential?> FindProvenAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        SignInDocument? given;
        try
        {
            given = JsonSerializer.Deserialize(body.Span, DashboardJson.Default.SignInDocument);
        }
        catch (JsonException)
        {
            return null;
        }

        return given is { AccessKeyId: { } keyId, Challenge: { } challenge }
            && challenges.IsCurrent(challenge)
            && await credentials.FindAsync(keyId, cancellationToken) is { } credential
            && SignInChallenge.IsProof(given.Proof, credential.Secret, challenge)
                ? credential
                : null;
    }

    private static string? TokenOf(HttpExchange exchange) => exchange.Context.Request.Cookies[Cookie];

    private static CookieOptions CookieOptionsOf(HttpExchange exchange) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = exchange.Context.Request.IsHttps,
        Path = "/" + DashboardOperations.Root,
        IsEssential = true,
    };
}

/// <summary>The text that proves at sign-in that the client knows the secret.</summary>
internal sealed record ChallengeDocument(string Challenge);

/// <summary>The body of a request to sign in.</summary>
/// <param name="AccessKeyId">The access key.</param>
/// <param name="Challenge">The challenge.</param>
/// <param name="Proof">The proof that the client computed from the challenge and its secret, in hex.</param>
internal sealed record SignInDocument(string? AccessKeyId, string? Challenge, string? Proof);
