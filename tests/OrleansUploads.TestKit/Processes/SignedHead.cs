using System.Globalization;
using System.Text;
using OrleansUploads.Signing;

namespace OrleansUploads.TestKit.Processes;

/// <summary>Creates the heads of requests that a test sends byte by byte, signed with a key pair.</summary>
public sealed class SignedHead(string host, string keyId, string secret)
{
    private readonly RequestSigner _signer = new(SigningRules.Glacier, "us-east-1", keyId, secret);

    /// <summary>Creates a head, signed at the current time.</summary>
    /// <param name="method">In upper case.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="lengthBytes">The announced length of the body.</param>
    /// <param name="headers">Additional headers, with names in lower case.</param>
    public byte[] Of(
        string method, string path, long lengthBytes = 0, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = host,
            ["x-amz-content-sha256"] = SigningRequest.EmptyPayloadHash,
            ["x-amz-date"] = AmzTimestamp.Format(TimeProvider.System.GetUtcNow()),
            ["x-amz-glacier-version"] = "2012-06-01",
        };
        foreach (var (name, value) in headers)
        {
            signed[name] = value;
        }

        var request = new SigningRequest(
            method, path, signed.GetValueOrDefault, signed.Keys, signed["x-amz-content-sha256"]);
        var authorization = _signer.Sign(request, [.. signed.Keys]);
        var head = new StringBuilder($"{method} {path} HTTP/1.1\r\n");
        foreach (var (name, value) in signed)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(
            CultureInfo.InvariantCulture, $"authorization: {authorization}\r\ncontent-length: {lengthBytes}\r\n\r\n");
        return Encoding.ASCII.GetBytes(head.ToString());
    }
}
