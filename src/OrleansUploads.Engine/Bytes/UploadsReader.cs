using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Lists the uploads in progress of a vault. Asks the vault which of its upload pages are not empty, and reads as many of them
/// as the list needs.</summary>
/// <remarks>The pages are not read at the same instant, so the list is not a snapshot. Each of its entries was correct at some time
/// during the call.</remarks>
/// <param name="host">Hosts the vaults and upload pages.</param>
public sealed class UploadsReader(IEntityHost host)
{
    /// <summary>The maximum number of pages that are read in parallel.</summary>
    private const int MaxParallelPages = 16;

    /// <summary>Lists multipart uploads ordered by ID.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="after">The ID after which the list starts; empty to start at the beginning.</param>
    /// <param name="limit">The maximum number of uploads to list; at least 1.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <exception cref="EntityUnavailableException">The vault or a page did not answer; a retry may succeed.</exception>
    public async ValueTask<Outcome<UploadsPage>> ReadAsync(
        VaultId vault, string after, int limit, CancellationToken cancellationToken)
    {
        var asked = await host.AskAsync(vault.Entity, new FindUploadPages(vault, after), cancellationToken);
        if (!asked.TryGet(out var found, out var refusal))
        {
            return new(refusal);
        }

        var listed = new List<UploadSpec>();
        for (var next = 0; next < found.Pages.Count && listed.Count <= limit;)
        {
            var batch = CountPagesToRead(found.Pages, next, limit + 1 - listed.Count);
            next += batch;
            var question = new ReadUploadPage(after, limit + 1);
            var answers = await Task.WhenAll(found.Pages.Skip(next - batch).Take(batch).Select(page =>
                host.AskAsync(found.Incarnation.UploadPage(page.Page), question, cancellationToken).AsTask()));
            foreach (var answer in answers)
            {
                listed.AddRange(answer.Answer.Uploads);
            }
        }

        return new(new UploadsPage(listed.Count > limit ? listed.GetRange(0, limit) : listed, listed.Count > limit));
    }

    /// <summary>Returns the number of pages to read in parallel, starting with the page at index <paramref name="first"/>: as many as
    /// contain <paramref name="wanted"/> uploads if none of these uploads has ended in the meantime.</summary>
    private static int CountPagesToRead(IReadOnlyList<OpenPage> pages, int first, long wanted)
    {
        var count = 0;
        for (var expected = 0L; count < MaxParallelPages && first + count < pages.Count && expected < wanted; count++)
        {
            expected += pages[first + count].Uploads;
        }

        return count;
    }
}
