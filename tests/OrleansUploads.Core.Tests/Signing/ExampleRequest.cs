namespace OrleansUploads.Core.Tests.Signing;

/// <summary>A request from the developer guide that tests can modify.</summary>
internal sealed record ExampleRequest
{
    public const string AccessKeyId = "AKIAIOSFODNN7EXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    public const string Region = "us-east-1";

    public static readonly DateTimeOffset At = new(2012, 5, 25, 0, 24, 53, TimeSpan.Zero);

    public SigningRules Rules { get; init; } = SigningRules.Glacier;
    public string Method { get; init; } = "PUT";
    public string Target { get; init; } = "/-/vaults/examplevault";
    public string PayloadHash { get; init; } = SigningRequest.EmptyPayloadHash;
    public string[] SignedHeaders { get; init; } = ["host", "x-amz-date", "x-amz-glacier-version"];
    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Host"] = "glacier.us-east-1.amazonaws.com",
        ["x-amz-date"] = "20120525T002453Z",
        ["x-amz-glacier-version"] = "2012-06-01",
    };

    public SigningRequest Request => new(Method, Target, Headers.GetValueOrDefault, Headers.Keys, PayloadHash);

    public ExampleRequest With(string header, string value) =>
        this with { Headers = new(Headers, Headers.Comparer) { [header] = value } };

    public ExampleRequest Without(string header)
    {
        var headers = new Dictionary<string, string>(Headers, Headers.Comparer);
        headers.Remove(header);
        return this with { Headers = headers };
    }

    public string Canonical() => CanonicalRequest.Format(Request, Rules, SignedHeaders);

    public AuthorizationHeader Sign() => new RequestSigner(Rules, Region, AccessKeyId, Secret).Sign(Request, SignedHeaders);

    public SignatureVerdict Verify(AuthorizationHeader authorization, DateTimeOffset? now = null, string secret = Secret) =>
        new SignatureVerifier(Rules, Region, TimeSpan.FromMinutes(15))
            .Verify(Request, authorization, secret, now ?? At);

    public static AuthorizationHeader Parse(string value) =>
        AuthorizationHeader.TryParse(value, out var header, out var flaw)
            ? header
            : throw new InvalidOperationException($"{flaw}: {value}");
}
