using OrleansUploads.Core;

namespace OrleansUploads.Client.Wire;

/// <summary>Checks descriptions of archives and jobs before they are sent.</summary>
internal static class DescriptionText
{
    /// <summary>The description itself; null for none.</summary>
    /// <exception cref="ArgumentException">It is too long or not printable ASCII.</exception>
    public static string? Check(string? description) => Description.TryParse(description, out _)
        ? description
        : throw new ArgumentException(
            $"A description has at most {Limits.MaxDescriptionChars} characters of printable ASCII.", nameof(description));
}
