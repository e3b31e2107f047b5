using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>The address that receives the messages of each topic, as configured by the operator.</summary>
public sealed class TopicReceivers(IEnumerable<KeyValuePair<string, Uri>> addresses)
{
    private readonly FrozenDictionary<string, Uri> _byTopic = addresses.ToFrozenDictionary(StringComparer.Ordinal);

    public static TopicReceivers None { get; } = new([]);

    /// <returns>Null if the topic has no receiver.</returns>
    public Uri? AddressFor(string topic) => _byTopic.GetValueOrDefault(topic);

    /// <summary>Parses receivers, each <c>topic=address</c>. The last one for a topic wins.</summary>
    /// <param name="receivers">Empty if a text is wrong.</param>
    /// <param name="error">About the first wrong text.</param>
    public static bool TryParse(
        IEnumerable<string> texts, out TopicReceivers receivers, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(texts);
        receivers = None;
        var byTopic = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (!TryParse(text, out var receiver, out error))
            {
                return false;
            }

            byTopic[receiver.Key] = receiver.Value;
        }

        receivers = new TopicReceivers(byTopic);
        error = null;
        return true;
    }

    /// <summary>Parses <c>topic=address</c>. The address is an http or https URL without a user name.</summary>
    public static bool TryParse(
        string text, out KeyValuePair<string, Uri> receiver, [NotNullWhen(false)] out string? error)
    {
        receiver = default;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || text.AsSpan(0, equals).ContainsAnyExceptInRange('!', '~'))
        {
            error = $"'{text}' is not a topic and an address. Use the form "
                + "arn:aws:sns:us-east-1:111122223333:ready=https://example.org/ready.";
            return false;
        }

        var address = text[(equals + 1)..];
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.UserInfo.Length > 0)
        {
            error = $"'{address}' is not an address to post to. It must be a URL that begins with http:// or https://, without a user name.";
            return false;
        }

        receiver = KeyValuePair.Create(text[..equals], uri);
        error = null;
        return true;
    }
}
