using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Presigns URLs as clients do, correctly or not.</summary>
internal static class PresignedUrls
{
    /// <summary>Presigns with Signature Version 4.</summary>
    /// <param name="s3">The server. It determines the host and the time.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query as sent.</param>
    /// <param name="signed">Path and query as signed, or null for the same.</param>
    /// <param name="headers">Further signed headers with their values.</param>
    /// <param name="payload">What stands for the body.</param>
    /// <param name="ahead">How far the signer's clock is ahead.</param>
    /// <param name="listed">The names of the signed headers as the URL lists them, or null for ascending order.</param>
    public static string Presign(
        this S3Server s3,
        string method,
        string target,
        string? signed = null,
        (string Name, string Value)[]? headers = null,
        string payload = PayloadModes.NotSigned,
        TimeSpan ahead = default,
        string? listed = null)
    {
        var timestamp = AmzTimestamp.Format(s3.Clock.Now + ahead);
        var all = (headers ?? []).Append(HostOf(s3)).ToDictionary(header => header.Name, header => header.Value);
        var names = all.Keys.Order(StringComparer.Ordinal).ToArray();
        var parameters = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
            + Uri.EscapeDataString($"{Signer.KeyId}/{timestamp[..8]}/us-east-1/s3/aws4_request")
            + $"&X-Amz-Date={timestamp}&X-Amz-Expires=60&X-Amz-SignedHeaders="
            + Uri.EscapeDataString(listed ?? string.Join(';', names));

        // The signer needs the timestamp as a header; it is not signed as one.
        all.TryAdd("x-amz-date", timestamp);
        var signature = new RequestSigner(SigningRules.S3, "us-east-1", Signer.KeyId, Signer.Secret).Sign(
            new SigningRequest(method, With(signed ?? target, parameters), all.GetValueOrDefault, all.Keys, payload), names).Signature;
        return With(target, $"{parameters}&X-Amz-Signature={Convert.ToHexStringLower(signature)}");
    }

    /// <summary>Presigns with Signature Version 2.</summary>
    /// <param name="s3">The server. It determines the time.</param>
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query as sent.</param>
    /// <param name="resource">What the signature covers of them: the path, and the sub-resources as <c>name=value</c>, decoded.</param>
    /// <param name="headers">The covered <c>x-amz-</c> headers in order, each with a line feed.</param>
    /// <param name="contentType">The covered content type.</param>
    /// <param name="expires">Seconds since 1970, or null for a minute from now.</param>
    public static string PresignOld(
        this S3Server s3,
        string method,
        string target,
        string? resource = null,
        string headers = "",
        string contentType = "",
        long? expires = null)
    {
        var end = (expires ?? s3.Clock.Now.ToUnixTimeSeconds() + 60).ToString(CultureInfo.InvariantCulture);
        var text = $"{method}\n\n{contentType}\n{end}\n{headers}{resource ?? target.Split('?')[0]}";
#pragma warning disable CA5350 // The protocol prescribes it.
        var signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Signer.Secret), Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
        return With(target, $"AWSAccessKeyId={Signer.KeyId}&Expires={end}&Signature={Uri.EscapeDataString(signature)}");
    }

    /// <summary>Sends a request with headers that its signature does not have to cover.</summary>
    public static Task<ApiAnswer> OpenAsync(
        this S3Server s3, string method, string url, byte[]? body = null, params (string Name, string Value)[] headers) =>
        s3.Server.SendAsync(new ApiRequest(method, url).WithBody(body ?? []), [HostOf(s3), .. headers]);

    /// <summary>Stores an object in a new bucket and returns its address.</summary>
    public static async Task<string> NewObjectAsync(this S3Server s3)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "old")).Expect(200);
        return target;
    }

    private static (string Name, string Value) HostOf(S3Server s3) => ("host", s3.Server.EndPoint.ToString());

    private static string With(string target, string parameters) =>
        target + (target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + parameters;
}
