using System.Globalization;

namespace OrleansUploads.Signing;

/// <summary>Signs the messages of an <see cref="HttpClient"/>. Thread-safe.</summary>
/// <param name="signer">Signs requests for one region and service.</param>
/// <param name="sessionToken">The token of temporary credentials, or null for permanent ones.</param>
public sealed class MessageSigner(RequestSigner signer, string? sessionToken = null)
{
    /// <summary>Adds headers to a message, and signs them together with its method, its address and its body. Other headers that the
    /// message has already, or gets later, are not signed.</summary>
    /// <param name="message">The message, with its content. Its address is absolute.</param>
    /// <param name="payloadHash">The SHA-256 hash of the body in lower-case hex, or a word for a body that is not signed.</param>
    /// <param name="at">The time of the signature. Servers accept it for a few minutes.</param>
    /// <param name="headers">Further headers, with names in lower case. Those that describe the content are added to it, unless it has
    /// them.</param>
    /// <exception cref="ArgumentException">The message has no address, or a header occurs twice.</exception>
    public void Sign(
        HttpRequestMessage message, string payloadHash, DateTimeOffset at, params IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(headers);
        var uri = message.RequestUri ?? throw new ArgumentException("The message has no address.", nameof(message));
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = HostOf(uri),
            [PayloadModes.Header] = payloadHash,
            ["x-amz-date"] = AmzTimestamp.Format(at),
        };
        if (sessionToken is not null)
        {
            signed.Add("x-amz-security-token", sessionToken);
        }

        foreach (var (name, value) in headers)
        {
            signed.Add(name, value);
        }

        foreach (var (name, value) in signed)
        {
            // A message refuses the headers of its content.
            if (!message.Headers.TryAddWithoutValidation(name, value) && message.Content is { } content && !content.Headers.Contains(name))
            {
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        var request = new SigningRequest(message.Method.Method, uri.PathAndQuery, signed.GetValueOrDefault, signed.Keys, payloadHash);
        message.Headers.TryAddWithoutValidation("Authorization", signer.Sign(request, [.. signed.Keys]).ToString());
    }

    /// <summary>The host of an address, in ASCII.</summary>
    private static string HostOf(Uri uri) => uri.HostNameType != UriHostNameType.Dns ? uri.Authority
        : uri.IsDefaultPort ? uri.IdnHost
        : string.Create(CultureInfo.InvariantCulture, $"{uri.IdnHost}:{uri.Port}");
}
