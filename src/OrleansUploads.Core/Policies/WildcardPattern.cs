namespace OrleansUploads.Core.Policies;

/// <summary>A pattern in which <c>*</c> matches zero or more characters and <c>?</c> matches exactly one.</summary>
internal readonly struct WildcardPattern(string text, bool ignoresCase = false)
{
    public static bool IsLiteral(ReadOnlySpan<char> text) => !text.ContainsAny('*', '?');

    /// <summary>Whether the pattern matches the whole text. The time is at most proportional to the product of both
    /// lengths.</summary>
    public bool Matches(ReadOnlySpan<char> candidate)
    {
        var pattern = text.AsSpan();
        int at = 0, from = 0, star = -1, resumeAt = 0;
        while (at < candidate.Length)
        {
            if (from < pattern.Length && pattern[from] == '*')
            {
                star = from++;
                resumeAt = at;
            }
            else if (from < pattern.Length && (pattern[from] == '?' || AreSame(pattern[from], candidate[at])))
            {
                from++;
                at++;
            }
            else if (star >= 0)
            {
                // Backtracking to the last star is enough: what earlier stars have matched never needs to change.
                from = star + 1;
                at = ++resumeAt;
            }
            else
            {
                return false;
            }
        }

        return pattern[from..].TrimStart('*').IsEmpty;
    }

    public override string ToString() => text;

    private bool AreSame(char left, char right) =>
        left == right || (ignoresCase && char.ToUpperInvariant(left) == char.ToUpperInvariant(right));
}

/// <summary>The names in an <c>Action</c> or <c>Resource</c> element, or the names that its <c>Not...</c> form
/// excludes.</summary>
/// <param name="excludes">Whether the set contains all names except those that match.</param>
internal sealed class PatternSet(ImmutableArray<WildcardPattern> patterns, bool excludes)
{
    public bool Includes(string name) => patterns.Any(pattern => pattern.Matches(name)) != excludes;
}
