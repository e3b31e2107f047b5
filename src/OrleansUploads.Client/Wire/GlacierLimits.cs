namespace OrleansUploads.Client.Wire;

/// <summary>Fixed limits of the vault API (2012-06-01), which the client checks before it sends a request.</summary>
internal static class GlacierLimits
{
    /// <summary>The smallest part size: 1 MiB.</summary>
    public const long MinPartSizeBytes = TreeHash.LeafBytes;

    /// <summary>The largest part size: 4 GiB. Also the largest archive that a single request can upload.</summary>
    public const long MaxPartSizeBytes = 4096L * TreeHash.LeafBytes;

    public const int MaxParts = 10_000;

    /// <summary>The longest description, in characters of printable ASCII (0x20 to 0x7E).</summary>
    public const int MaxDescriptionChars = 1024;

    /// <summary>The longest location of a part, in characters of printable ASCII.</summary>
    public const int MaxLocationChars = 1024;

    /// <summary>The longest create key, in characters of printable ASCII without blanks.</summary>
    public const int MaxCreateKeyChars = 128;

    public const int MaxVaultNameChars = 255;

    /// <summary>Returns the description unchanged if it is valid or null.</summary>
    /// <exception cref="ArgumentException">The description is too long or is not printable ASCII.</exception>
    public static string? CheckDescription(string? description)
    {
        if (description is { Length: > MaxDescriptionChars } || description.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException(
                $"The description must have at most {MaxDescriptionChars} characters, all of them printable ASCII.",
                nameof(description));
        }

        return description;
    }

    /// <summary>Returns the create key unchanged if it is valid or null.</summary>
    /// <exception cref="ArgumentException">The key is empty or too long, or has other characters than printable ASCII without
    /// blanks.</exception>
    public static string? CheckCreateKey(string? createKey) =>
        createKey is null || (createKey.Length is > 0 and <= MaxCreateKeyChars && !createKey.AsSpan().ContainsAnyExceptInRange('!', '~'))
            ? createKey
            : throw new ArgumentException(
                $"The create key '{createKey}' must have 1 to {MaxCreateKeyChars} characters of printable ASCII without blanks.",
                nameof(createKey));

    /// <summary>Returns the location of a part unchanged if it is valid.</summary>
    /// <exception cref="ArgumentException">The location is empty or too long, is not printable ASCII, or has blanks that a header would
    /// lose.</exception>
    public static string CheckLocation(string location)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        if (location.Length > MaxLocationChars
            || location.AsSpan().ContainsAnyExceptInRange(' ', '~')
            || location.Length != location.AsSpan().Trim(' ').Length
            || location.Contains("  ", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"The location must have at most {MaxLocationChars} characters, all of them printable ASCII, without two blanks in a row and "
                + "without blanks at the ends.",
                nameof(location));
        }

        return location;
    }
}
