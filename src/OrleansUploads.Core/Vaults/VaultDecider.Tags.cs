using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of tags.</content>
public sealed partial class VaultDecider
{
    /// <summary>All tags of a command are added, or none: one that makes them too many refuses the others too.</summary>
    private static Decision<VaultEvent> Add(VaultState state, AddTags command)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        var after = live.Tags.SetItems(command.Tags);
        return after.Count > Limits.MaxTagsPerVault
            ? Refuse(new Refusal.TooManyTags(command.Vault, Limits.MaxTagsPerVault))
            : command.Tags.All(tag => live.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value)
                ? Nothing
                : Accept(new TagsAdded(command.Tags));
    }

    private static Decision<VaultEvent> Remove(VaultState state, RemoveTags command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : command.Keys.Any(live.Tags.ContainsKey) ? Accept(new TagsRemoved(command.Keys))
        : Nothing;
}
