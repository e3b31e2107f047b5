namespace OrleansUploads.Core.Policies;

/// <summary>The names in an <c>Action</c> or <c>Resource</c> element, or the names that its <c>Not...</c> form
/// excludes.</summary>
/// <param name="patterns">The patterns; at least one.</param>
/// <param name="excludes">Whether the set contains all names except those that match.</param>
internal sealed class PatternSet(ImmutableArray<WildcardPattern> patterns, bool excludes)
{
    /// <summary>Whether the set contains a name.</summary>
    public bool Includes(string name)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(name))
            {
                return !excludes;
            }
        }

        return excludes;
    }
}
