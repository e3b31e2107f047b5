using System.Collections.Immutable;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Vaults;

/// <content>The rules of tags. A lock policy may depend on tags, so while a vault has a lock, the answer to a change of tags
/// waits until the new guard is delivered to all shards.</content>
public sealed partial class VaultDecider
{
    /// <summary>Adds either all tags of a command or none.</summary>
    private Decision<VaultEvent> AddTags(VaultState state, AddTags command)
    {
        if (state is not VaultState.Live live)
        {
            return NotFound(command.Vault);
        }

        var after = live.Tags.SetItems(command.Tags);
        return after.Count > Limits.MaxTagsPerVault
            ? Refuse(new Refusal.TooManyTags(command.Vault, Limits.MaxTagsPerVault))
            : command.Tags.All(tag => live.Tags.TryGetValue(tag.Key, out var value) && value == tag.Value)
                ? Nothing.Telling(TellGuard(live))
                : ChangeTags(live, new TagsAdded(command.Tags));
    }

    private Decision<VaultEvent> RemoveTags(VaultState state, RemoveTags command) =>
        state is not VaultState.Live live ? NotFound(command.Vault)
        : command.Keys.Any(live.Tags.ContainsKey) ? ChangeTags(live, new TagsRemoved(command.Keys))
        : Nothing.Telling(TellGuard(live));

    private Decision<VaultEvent> ChangeTags(VaultState.Live live, VaultEvent happened) =>
        Accept(happened).Telling(TellGuard((VaultState.Live)Evolve(live, happened)));

    private static VaultState.Live WithTags(VaultState.Live live, ImmutableSortedDictionary<string, string> tags) => live with
    {
        Tags = tags,
        Guard = live.Lock is null ? live.Guard : live.Guard.Raise(live.Shards.Keys),
    };
}
