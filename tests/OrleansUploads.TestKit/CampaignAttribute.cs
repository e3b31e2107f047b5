using Xunit.v3;

namespace OrleansUploads.TestKit;

/// <summary>A campaign, which the quick run leaves out. See <see cref="TestRun.Campaign"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class CampaignAttribute : Attribute, ITraitAttribute
{
    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(TestRun.Name, TestRun.Campaign)];
}
