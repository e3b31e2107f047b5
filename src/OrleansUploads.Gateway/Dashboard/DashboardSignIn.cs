using System.Text.Json;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Dashboard.Sessions;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Http.Sources;

namespace OrleansUploads.Gateway.Dashboard;

/// <summary>Signs people in and out. They prove that they know the secret of a key pair; the secret is neither sent nor kept.</summary>
internal sealed class DashboardSignIn(
    ICredentialStore credentials, SignInChallenge challenges, SessionTable sessions, FailedSignIns failures, GatewayOptions options)
{
    /// <summary>Creates the challenge with which a client proves that it knows its secret.</summary>
    public DashboardAnswer CreateChallenge() =>
        JsonAnswer.Of(new ChallengeDocument(challenges.Create()), DashboardJson.Default.ChallengeDocument);

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

        SessionCookie.Write(exchange.Context, sessions.Begin(credential));
        return new DoneAnswer();
    }

    /// <summary>Ends the session.</summary>
    public DashboardAnswer SignOut(HttpExchange exchange)
    {
        sessions.End(SessionCookie.Read(exchange.Context.Request));
        SessionCookie.Delete(exchange.Context);
        return new DoneAnswer();
    }

    /// <summary>The key that signed in, or null without a session. Also null if the server verifies no signatures.</summary>
    public async ValueTask<Credential?> FindAsync(HttpExchange exchange) => options.AnonymousAccount is not null
        ? null
        : await sessions.FindAsync(SessionCookie.Read(exchange.Context.Request), exchange.Aborted);

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
}
