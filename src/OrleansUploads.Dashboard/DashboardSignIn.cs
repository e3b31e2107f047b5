using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard;

/// <summary>Signs people in and out. They prove that they know the secret of a key pair; the secret is neither sent nor kept.</summary>
internal sealed class DashboardSignIn(
    ICredentialStore credentials, SignInChallenge challenges, SessionTable sessions, FailedSignIns failures, GatewayOptions options)
{
    /// <summary>The cookie with the token of a session. Scripts cannot read it, and no other site's page can send it.</summary>
    private const string Cookie = "orleans-uploads-session";

    /// <summary>Creates the challenge with which a client proves that it knows its secret.</summary>
    public ValueTask<FrontAnswer> CreateChallenge(HttpExchange exchange, RequestPayload payload) =>
        new(DashboardAnswer.Of(new ChallengeDocument(challenges.Create())));

    /// <summary>Begins a session if the client proves that it knows the secret.</summary>
    public async ValueTask<FrontAnswer> SignInAsync(HttpExchange exchange, RequestPayload payload)
    {
        await payload.ReadUnsignedAsync();
        if (Read(payload.Document) is not { AccessKeyId: { } keyId, Challenge: { } challenge } given
            || await credentials.FindAsync(keyId, exchange.Aborted) is not { } credential)
        {
            return DashboardAnswer.OfError(DashboardErrors.SignInFailed);
        }

        // Behind a proxy, all clients have one address, so failures with one key keep out no other.
        var guessed = (TrafficSource.Of(exchange.ClientAddress), keyId);
        if (failures.WaitOf(guessed) is { } wait)
        {
            return DashboardAnswer.OfError(DashboardErrors.TooManyFailures(wait));
        }

        if (!IsProven(credential, challenge, given.Proof))
        {
            failures.Count(guessed);
            return DashboardAnswer.OfError(DashboardErrors.SignInFailed);
        }

        // Until the browser is closed.
        exchange.Context.Response.Cookies.Append(Cookie, sessions.Begin(credential), CookieOptionsOf(exchange));
        return FrontAnswer.NoContent();
    }

    /// <summary>Ends the session.</summary>
    public ValueTask<FrontAnswer> SignOut(HttpExchange exchange, RequestPayload payload)
    {
        sessions.End(TokenOf(exchange));
        exchange.Context.Response.Cookies.Delete(Cookie, CookieOptionsOf(exchange));
        return new(FrontAnswer.NoContent());
    }

    /// <summary>The key that signed in, or null without a session. Also null if the server verifies no signatures.</summary>
    public async ValueTask<Credential?> FindAsync(HttpExchange exchange) =>
        options.AnonymousAccount is not null ? null : await sessions.FindAsync(TokenOf(exchange), exchange.Aborted);

    private static SignInDocument? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, DashboardJson.Default.SignInDocument);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsProven(Credential credential, string challenge, string? proof) =>
        challenges.IsCurrent(challenge)
        && SignInChallenge.IsProof(proof, credential.Secret, challenge)
        && challenges.TryUse(challenge, credential.AccessKeyId);

    private static string? TokenOf(HttpExchange exchange) => exchange.Context.Request.Cookies[Cookie];

    private static CookieOptions CookieOptionsOf(HttpExchange exchange) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = RequestOrigin.IsSecure(exchange.Context.Request),
        Path = $"{exchange.Target.Prefix}/{DashboardOperations.Root}",
        IsEssential = true,
    };
}

/// <summary>The text that proves at sign-in that the client knows the secret.</summary>
internal sealed record ChallengeDocument(string Challenge);

/// <summary>The body of a request to sign in.</summary>
/// <param name="Proof">The proof that the client computed from the challenge and its secret, in hex.</param>
internal sealed record SignInDocument(string? AccessKeyId, string? Challenge, string? Proof);

/// <summary>Lets a client prove that it knows a secret without sending it: the client signs a text that this process has just
/// made.</summary>
internal sealed class SignInChallenge(TimeProvider time)
{
    /// <summary>How often a key can sign in within <see cref="Life"/>.</summary>
    public const int MaxUsesOfKey = 64;

    /// <summary>How long a client may take to answer.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private const int NonceBytes = 16;
    private const string Context = "orleans-uploads dashboard\n";

    private readonly ProcessSeal _seal = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Key, DateTimeOffset UsedAt)> _used = new(StringComparer.Ordinal);

    public string Create() => _seal.Seal(string.Create(
        CultureInfo.InvariantCulture,
        $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{RandomNumberGenerator.GetHexString(2 * NonceBytes, lowercase: true)}"));

    /// <summary>Whether this process made the challenge a short time ago.</summary>
    public bool IsCurrent(string? challenge)
    {
        if (_seal.Open(challenge) is not { } text
            || !long.TryParse(text.AsSpan(0, text.IndexOf('-', StringComparison.Ordinal)), out var milliseconds))
        {
            return false;
        }

        var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return age >= TimeSpan.Zero && age <= Life;
    }

    /// <summary>Uses a challenge for which a client has given the proof. Somebody who reads the proof on its way cannot use it
    /// again.</summary>
    /// <returns>False if it was used before, or if the key has been used too often.</returns>
    public bool TryUse(string challenge, string accessKeyId)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            // A challenge that was used for this long is not current any more.
            foreach (var (old, use) in _used)
            {
                if ((now - use.UsedAt).Duration() > Life)
                {
                    _used.Remove(old);
                }
            }

            return _used.Values.Count(use => use.Key == accessKeyId) < MaxUsesOfKey && _used.TryAdd(challenge, (accessKeyId, now));
        }
    }

    /// <summary>The proof that the owner of a secret gives for a challenge, in hex.</summary>
    public static string Prove(string secret, string challenge) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Context + challenge)));

    /// <summary>Whether a proof is the one for a secret and a challenge.</summary>
    public static bool IsProof(string? proof, string secret, string challenge) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(proof ?? ""), Encoding.UTF8.GetBytes(Prove(secret, challenge)));
}

/// <summary>Marks texts that this process gave to a client, so that it recognizes them when they come back. The key is random and
/// never leaves the process. Each seal has its own, so it recognizes no text of another.</summary>
internal sealed class ProcessSeal
{
    private const char Separator = '.';

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>Adds the mark to a text.</summary>
    public string Seal(string text) => text + Separator + MarkOf(text);

    /// <summary>Checks and removes the mark.</summary>
    /// <returns>Null if this seal did not mark the text.</returns>
    public string? Open(string? sealedText)
    {
        var at = sealedText?.LastIndexOf(Separator) ?? -1;
        return at >= 0 && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(MarkOf(sealedText![..at])), Encoding.UTF8.GetBytes(sealedText[(at + 1)..]))
                ? sealedText[..at]
                : null;
    }

    private string MarkOf(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}

/// <summary>Counts failed attempts to sign in, to stop a client from guessing secrets. An address that fails too often with a key has to
/// wait before it tries this key again.</summary>
internal sealed class FailedSignIns(TimeProvider time)
{
    /// <summary>How many attempts of an address with a key may fail within <see cref="Window"/>.</summary>
    public const int MaxFailures = 10;

    /// <summary>How long failures count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>The maximum number of pairs to remember. If there are more, the oldest one is forgotten.</summary>
    private const int MaxPairs = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<(TrafficSource Source, string AccessKeyId), (int Failures, DateTimeOffset Since)> _failed = [];

    /// <summary>How long an address has to wait, or null if it may try.</summary>
    public TimeSpan? WaitOf((TrafficSource Source, string AccessKeyId) pair)
    {
        lock (_gate)
        {
            return _failed.TryGetValue(pair, out var counted) && counted.Failures >= MaxFailures
                && counted.Since + Window - time.GetUtcNow() is var wait && wait > TimeSpan.Zero
                    ? wait
                    : null;
        }
    }

    /// <summary>Counts a failure.</summary>
    public void Count((TrafficSource Source, string AccessKeyId) pair)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_failed.TryGetValue(pair, out var counted) && now - counted.Since < Window)
            {
                _failed[pair] = (counted.Failures + 1, counted.Since);
                return;
            }

            if (_failed.Count >= MaxPairs)
            {
                _failed.Remove(_failed.MinBy(static entry => entry.Value.Since).Key);
            }

            _failed[pair] = (1, now);
        }
    }
}
