using System.Runtime.CompilerServices;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Reading;

/// <summary>Reads inventories shard by shard and page by page, so memory does not grow with the vault. The next few shards are read
/// ahead, because most of them must be loaded from disk or from another machine.</summary>
/// <param name="host">Hosts the shards of the archive index.</param>
/// <param name="pageArchives">The maximum number of archives to request from a shard at a time.</param>
public sealed class InventoryReader(IEntityHost host, int pageArchives = InventoryReader.DefaultPageArchives)
{
    /// <summary>The default maximum number of archives to request from a shard at a time.</summary>
    /// <remarks>A page contains a whole shard of a vault with a few million archives, because a shard is loaded again if another
    /// entity needs its memory between two pages.</remarks>
    public const int DefaultPageArchives = 1024;

    /// <summary>The number of shards to read ahead of the current one.</summary>
    public const int ShardsAhead = 4;

    /// <summary>Lists the archives of an inventory, ordered by shard and then by ID. The same request returns the same archives for the
    /// lifetime of a job, even if the vault changes.</summary>
    /// <param name="inventory">The snapshot to list.</param>
    /// <param name="selection">The archives to list.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <param name="step">Called before each page with the maximum number of archives in it. The page is read when the task has completed.
    /// Null to read without waiting.</param>
    /// <returns>Non-empty pages. <see cref="ArchivesPage.HasMore"/> of the last page is true if the selection's limit left
    /// out archives.</returns>
    /// <exception cref="EntityUnavailableException">A shard did not answer; a retry may succeed.</exception>
    public async IAsyncEnumerable<ArchivesPage> ReadAsync(
        InventorySnapshot inventory,
        InventorySelection selection,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        Func<long, CancellationToken, ValueTask>? step = null)
    {
        var left = selection.Limit ?? long.MaxValue;
        ArchivesPage? held = null;
        await foreach (var page in ReadAllAsync(inventory, selection, step, cancellationToken))
        {
            // A full page may be the last one, so it is held back until another page follows.
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
        InventorySnapshot inventory,
        InventorySelection selection,
        Func<long, CancellationToken, ValueTask>? step,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = selection.After is { } after ? inventory.Incarnation.ShardOf(after) : 0;
        var next = first;
        var asked = new Queue<(int Shard, Task<ArchivesPage> FirstPage)>();
        while (true)
        {
            for (; next < inventory.Versions.Count && asked.Count <= ShardsAhead; next++)
            {
                if (inventory.Versions[next] > 0)
                {
                    await StepAsync(next);
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

                await StepAsync(shard.Shard);
                page = await AskAsync(shard.Shard, last.Archive);
            }
        }

        ValueTask StepAsync(int shard) =>
            step?.Invoke(Math.Min(inventory.Versions[shard], pageArchives), cancellationToken) ?? ValueTask.CompletedTask;

        async Task<ArchivesPage> AskAsync(int shard, ArchiveId? from)
        {
            var question = new ListArchives(inventory.Versions[shard], from, pageArchives, selection.Created);
            return (await host.AskAsync(inventory.Incarnation.ArchiveShard(shard), question, cancellationToken)).Answer;
        }
    }
}
