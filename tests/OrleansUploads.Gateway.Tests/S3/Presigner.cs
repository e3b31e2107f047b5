using System.Security.Cryptography;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Presigns URLs as clients do, also wrongly.</summary>
/// <param name="s3">The server, which gives the host and the time.</param>
internal sealed class Presigner(S3Server s3)
{
    /// <summary>The signature of the last URL, 32 bytes.</summary>
    public byte[] Signature { get; private set; } = [];

    /// <summary>The time of the last URL's signature.</summary>
    public string Timestamp { get; private set; } = "";

    public string Scope => $"{Timestamp[..8]}/us-east-1/s3/aws4_request";

    /// <summary>The only header that a client has to send.</summary>
    public (string Name, string Value)[] Host => [("host", s3.Server.EndPoint.ToString())];

    /// <summary>Presigns with Signature Version 4.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query as sent.</param>
    /// <param name="signed">Path and query as signed, or null for the same.</param>
    /// <param name="headers">Further signed headers with their values.</param>
    /// <param name="payload">What stands for the body.</param>
    /// <param name="seconds">How long the URL is valid.</param>
    /// <param name="ahead">How far the signer's clock is ahead.</param>
    public string Sign(
        string method,
        string target,
        string? signed = null,
        (string Name, string Value)[]? headers = null,
        string payload = PayloadModes.NotSigned,
        int seconds = 60,
        TimeSpan ahead = default)
    {
        Timestamp = AmzTimestamp.Format(s3.Server.Setup.Clock.Now + ahead);
        var all = (headers ?? []).Append(Host[0]).ToDictionary(header => header.Name, header => header.Value);
        var names = all.Keys.Order(StringComparer.Ordinal).ToArray();
        var parameters = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
            + Uri.EscapeDataString($"{Harness.Signer.KeyId}/{Scope}")
            + string.Create(CultureInfo.InvariantCulture, $"&X-Amz-Date={Timestamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=")
            + Uri.EscapeDataString(string.Join(';', names));

        // The signer needs the timestamp as a header; it is not signed as one.
        all.TryAdd("x-amz-date", Timestamp);
        Signature = new RequestSigner(SigningRules.S3, "us-east-1", Harness.Signer.KeyId, Harness.Signer.Secret).Sign(
            new SigningRequest(method, With(signed ?? target, parameters), all.GetValueOrDefault, all.Keys, payload), names).Signature.ToArray();
        return With(target, $"{parameters}&X-Amz-Signature={Convert.ToHexStringLower(Signature)}");
    }

    /// <summary>Presigns with Signature Version 2.</summary>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query as sent.</param>
    /// <param name="resource">What the signature covers of them: the path, and the sub-resources as <c>name=value</c>, decoded.</param>
    /// <param name="headers">The covered <c>x-amz-</c> headers in order, each with a line feed.</param>
    /// <param name="contentType">The covered content type.</param>
    /// <param name="expires">Seconds since 1970, or null for a minute from now.</param>
    public string SignOld(
        string method, string target, string? resource = null, string headers = "", string contentType = "", string? expires = null)
    {
        expires ??= (s3.Server.Setup.Clock.Now.ToUnixTimeSeconds() + 60).ToString(CultureInfo.InvariantCulture);
        var text = $"{method}\n\n{contentType}\n{expires}\n{headers}{resource ?? target.Split('?')[0]}";
#pragma warning disable CA5350 // The protocol prescribes it.
        var signature = Convert.ToBase64String(
            HMACSHA1.HashData(Encoding.UTF8.GetBytes(Harness.Signer.Secret), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
        return With(target, $"AWSAccessKeyId={Harness.Signer.KeyId}&Expires={expires}&Signature={Uri.EscapeDataString(signature)}");
    }

    /// <summary>Sends a request with headers that its signature does not have to cover.</summary>
    public Task<ApiAnswer> SendAsync(string method, string url, byte[]? body = null, params (string Name, string Value)[] headers) =>
        s3.Server.SendAsync(new ApiRequest(method, url).WithBody(body ?? []), [.. Host, .. headers]);

    private static string With(string target, string parameters) =>
        target + (target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + parameters;
}
