namespace OrleansUploads.Client.Wire;

/// <summary>Fixed limits of the vault API (2012-06-01), which the client checks before it sends a request.</summary>
internal static class GlacierLimits
{
    /// <summary>The smallest part size: 1 MiB.</summary>
    public const long MinPartSizeBytes = TreeHash.LeafBytes;

    /// <summary>The largest part size: 4 GiB. Also the largest archive that a single request can upload.</summary>
    public const long MaxPartSizeBytes = 4096L * TreeHash.LeafBytes;

    /// <summary>The maximum number of parts in one upload.</summary>
    public const int MaxParts = 10_000;

    /// <summary>The maximum length of a description, in characters of printable ASCII (0x20 to 0x7E).</summary>
    public const int MaxDescriptionChars = 1024;

    /// <summary>The maximum length of a vault name, in characters.</summary>
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
}
