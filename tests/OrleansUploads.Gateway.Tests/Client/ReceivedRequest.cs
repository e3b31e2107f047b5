using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Client;

/// <summary>A request as a server receives it.</summary>
internal sealed record ReceivedRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public const string AccessKeyId = "AKIDTEST";
    public const string Secret = "a secret for tests only";
    public const string Region = "eu-test-1";

    private static readonly SignatureVerifier Verifier =
        new(SigningRules.Glacier, Region, TimeSpan.FromMinutes(5));

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Verifies the signature as the gateway does.</summary>
    public SignatureVerdict Verify(DateTimeOffset now)
    {
        if (!AuthorizationHeader.TryParse(Header("authorization"), out var authorization, out var flaw))
        {
            return SignatureVerdict.For(flaw);
        }

        var signed = new SigningRequest(Method, Target, Header, Headers.Keys, Header("x-amz-content-sha256")!);
        return Verifier.Verify(signed, authorization, Secret, now);
    }

    /// <summary>Reads a request that a client sends.</summary>
    public static async Task<ReceivedRequest> ReadAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            headers[name] = values.ToString();
        }

        var body = message.Content is null ? [] : await message.Content.ReadAsByteArrayAsync(cancellationToken);
        foreach (var (name, values) in message.Content?.Headers.NonValidated ?? default)
        {
            headers[name] = values.ToString();
        }

        return new ReceivedRequest(message.Method.Method, message.RequestUri!.PathAndQuery, headers, body);
    }
}
