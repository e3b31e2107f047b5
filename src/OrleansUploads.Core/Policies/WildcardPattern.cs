namespace OrleansUploads.Core.Policies;

/// <summary>A text in which <c>*</c> stands for any characters, none too, and <c>?</c> for exactly one.</summary>
/// <param name="text">The pattern.</param>
/// <param name="ignoresCase">Whether upper and lower case letters are the same.</param>
internal readonly struct WildcardPattern(string text, bool ignoresCase = false)
{
    /// <summary>Whether the pattern has no wildcard, and so stands for one text only.</summary>
    public static bool IsLiteral(ReadOnlySpan<char> text) => !text.ContainsAny('*', '?');

    /// <summary>Whether the whole of a text fits. Takes at most the product of both lengths, whatever the pattern.</summary>
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
                // Only the last star need take more: what the ones before it took is as good as any.
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

    /// <summary>The pattern as it was written.</summary>
    public override string ToString() => text;

    private bool AreSame(char one, char other) =>
        one == other || (ignoresCase && char.ToUpperInvariant(one) == char.ToUpperInvariant(other));
}
