using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Gateway.Notifications;

/// <summary>Which address listens to which topic, as the operator says.</summary>
public sealed class TopicReceivers(IEnumerable<KeyValuePair<string, Uri>> addresses)
{
    private readonly FrozenDictionary<string, Uri> _byTopic = addresses.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Nobody listens.</summary>
    public static TopicReceivers None { get; } = new([]);

    /// <summary>All of them, by topic.</summary>
    public IReadOnlyDictionary<string, Uri> ByTopic => _byTopic;

    /// <summary>The address that listens to a topic; null where none does.</summary>
    public Uri? Find(string topic) => _byTopic.GetValueOrDefault(topic);

    /// <summary>Reads receivers, each <c>topic=address</c>; what comes later wins.</summary>
    /// <param name="texts">What is written.</param>
    /// <param name="receivers">All of them; nobody where one is wrong.</param>
    /// <param name="flaw">What is wrong with the first that is.</param>
    public static bool TryParse(
        IEnumerable<string> texts, out TopicReceivers receivers, [NotNullWhen(false)] out string? flaw)
    {
        ArgumentNullException.ThrowIfNull(texts);
        receivers = None;
        var byTopic = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (!TryParse(text, out var receiver, out flaw))
            {
                return false;
            }

            byTopic[receiver.Key] = receiver.Value;
        }

        receivers = new TopicReceivers(byTopic);
        flaw = null;
        return true;
    }

    /// <summary>Reads <c>topic=address</c>; the address is http or https, without a user name.</summary>
    public static bool TryParse(
        string text, out KeyValuePair<string, Uri> receiver, [NotNullWhen(false)] out string? flaw)
    {
        receiver = default;
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || text.AsSpan(0, equals).ContainsAnyExceptInRange('!', '~'))
        {
            flaw = $"'{text}' is no topic and address: write "
                + "arn:aws:sns:us-east-1:111122223333:ready=https://example.org/ready.";
            return false;
        }

        var address = text[(equals + 1)..];
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            || uri.UserInfo.Length > 0)
        {
            flaw = $"'{address}' is no address to post to: it must begin with http:// or https://, without a user name.";
            return false;
        }

        receiver = KeyValuePair.Create(text[..equals], uri);
        flaw = null;
        return true;
    }
}
