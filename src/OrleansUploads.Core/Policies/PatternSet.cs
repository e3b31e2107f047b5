using System.Collections.Immutable;

namespace OrleansUploads.Core.Policies;

/// <summary>What an element <c>Action</c> or <c>Resource</c> names, or what its <c>Not...</c> form leaves out.</summary>
/// <param name="patterns">At least one.</param>
/// <param name="excludes">Whether everything else is meant.</param>
internal sealed class PatternSet(ImmutableArray<WildcardPattern> patterns, bool excludes)
{
    /// <summary>Whether a name is meant.</summary>
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
