using OrleansUploads.Core;

namespace OrleansUploads.Client.Wire;

/// <summary>The rule for descriptions of archives and jobs.</summary>
internal static class DescriptionRule
{
    /// <summary>The description itself; null for none.</summary>
    /// <exception cref="ArgumentException">It is too long or not printable ASCII.</exception>
    public static string? Check(string? description) =>
        description is null
            || (description.Length <= Limits.MaxDescriptionChars && !description.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            ? description
            : throw new ArgumentException(
                $"A description has at most {Limits.MaxDescriptionChars} characters of printable ASCII.", nameof(description));
}
