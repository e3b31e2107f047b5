using System.Runtime.CompilerServices;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Engine.Retrieval;

/// <summary>Reads inventories: shard after shard, page after page, so memory does not grow with the vault. The next few shards are
/// asked before they are wanted: most of them have to be read from a disk or from another machine first.</summary>
/// <param name="host">Where the shards of the index are.</param>
/// <param name="pageArchives">Most archives that a shard is asked for at a time.</param>
public sealed class InventoryReader(IEntityHost host, int pageArchives = InventoryReader.DefaultPageArchives)
{
    /// <summary>Default of how many archives a shard is asked for at a time.</summary>
    public const int DefaultPageArchives = 256;

    /// <summary>How many shards are asked before the present one is through.</summary>
    public const int ShardsAhead = 4;

    /// <summary>Lists the archives of an inventory, by shard and then by ID. The same question has the same answer as long as
    /// a job may ask it, whatever happens to the vault.</summary>
    /// <param name="inventory">The moment whose archives are meant.</param>
    /// <param name="selection">Which of them.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    /// <returns>Pages that are not empty; the last one says whether the selection's limit left any out.</returns>
    /// <exception cref="EntityUnavailableException">A shard did not answer; asking again may help.</exception>
    public async IAsyncEnumerable<ArchivesPage> ReadAsync(
        InventoryCut inventory,
        InventorySelection selection,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = selection.Limit ?? long.MaxValue;
        ArchivesPage? held = null;
        await foreach (var page in ReadAllAsync(inventory, selection, cancellationToken))
        {
            // Whether a full page is the last one is known only once there is something behind it.
            if (held is not null)
            {
                yield return held with { HasMore = true };
                if (left == 0)
                {
                    yield break;
                }
            }

            var archives = page.Count <= left ? page : [.. page.Take((int)left)];
            left -= archives.Count;
            held = new ArchivesPage(archives, HasMore: archives.Count < page.Count);
            if (held.HasMore)
            {
                break;
            }
        }

        if (held is not null)
        {
            yield return held;
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<ArchiveEntry>> ReadAllAsync(
        InventoryCut inventory,
        InventorySelection selection,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = selection.After is { } after ? ArchiveShardDecider.ShardOf(after, inventory.Life) : 0;
        var next = first;
        var asked = new Queue<(int Shard, Task<ArchivesPage> FirstPage)>();
        while (true)
        {
            for (; next < inventory.Versions.Count && asked.Count <= ShardsAhead; next++)
            {
                if (inventory.Versions[next] > 0)
                {
                    asked.Enqueue((next, AskAsync(next, next == first ? selection.After : null)));
                }
            }

            if (!asked.TryDequeue(out var shard))
            {
                yield break;
            }

            var page = await shard.FirstPage;
            while (page.Archives is [.., var last])
            {
                yield return page.Archives;
                if (!page.HasMore)
                {
                    break;
                }

                page = await AskAsync(shard.Shard, last.Archive);
            }
        }

        async Task<ArchivesPage> AskAsync(int shard, ArchiveId? from)
        {
            var question = new ListArchives(inventory.Versions[shard], from, pageArchives, selection.Created);
            return (await host.AskAsync(inventory.Life.ArchiveShard(shard), question, cancellationToken)).Answer;
        }
    }
}
