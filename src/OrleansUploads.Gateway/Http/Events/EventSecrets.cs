using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.Gateway.Http.Events;

/// <summary>The secrets that sign events, as <c>whsec_</c> and base64, one in each line. During the change of a secret there are two, and
/// each event has a signature of both.</summary>
/// <remarks>Source: the specification of Standard Webhooks, "Signature scheme".</remarks>
public sealed class EventSecrets
{
    /// <summary>The largest number of secrets.</summary>
    public const int MaxSecrets = 4;

    private const string Prefix = "whsec_";
    private const int MinBytes = 24;
    private const int MaxBytes = 64;
    private const string Form =
        "Write one 'whsec_' and 24 to 64 random bytes in base64 into each line, for example with: echo \"whsec_$(openssl rand -base64 32)\"";

    private readonly IReadOnlyList<byte[]> _keys;

    private EventSecrets(IReadOnlyList<byte[]> keys) => _keys = keys;

    /// <summary>Reads the secrets.</summary>
    /// <param name="text">The text of the file.</param>
    /// <param name="secrets">The secrets, or null.</param>
    /// <param name="error">What is wrong and what to do, without a secret.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out EventSecrets? secrets, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        (secrets, error) = (null, null);
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length is 0 or > MaxSecrets)
        {
            error = $"The file has {lines.Length} secrets; it must have 1 to {MaxSecrets}. {Form}.";
            return false;
        }

        var keys = new List<byte[]>();
        foreach (var line in lines)
        {
            var key = new byte[MaxBytes + 2];
            if (!line.StartsWith(Prefix, StringComparison.Ordinal)
                || !Convert.TryFromBase64String(line[Prefix.Length..], key, out var length)
                || length is < MinBytes or > MaxBytes)
            {
                error = $"Line {keys.Count + 1} of the file is not a secret. {Form}.";
                return false;
            }

            keys.Add(key[..length]);
        }

        secrets = new EventSecrets(keys);
        return true;
    }

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    /// <param name="id">The event's ID.</param>
    /// <param name="timestamp">The time of the attempt, in seconds since 1970.</param>
    /// <param name="body">The body of the request.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")), .. body];
        return string.Join(' ', _keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }
}

/// <summary>Where events are sent, and how they are signed.</summary>
/// <param name="Address">An http or https URL.</param>
public sealed record EventTarget(Uri Address, EventSecrets Secrets);
