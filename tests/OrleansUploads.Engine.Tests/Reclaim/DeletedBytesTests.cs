using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Tests.Objects;

namespace OrleansUploads.Engine.Tests.Reclaim;

/// <summary>What an operator learns of deleted bytes that are not freed yet, and frees.</summary>
public sealed class DeletedBytesTests : IAsyncLifetime
{
    private readonly ObjectBench _bench = new();

    public async ValueTask InitializeAsync() => await _bench.CreateBucketAsync();

    public ValueTask DisposeAsync() => _bench.Host.DisposeAsync();

    [Fact]
    public async Task Replaced_and_deleted_objects_are_added_up_until_their_bytes_are_freed()
    {
        await _bench.PutAsync("a", "one");
        await _bench.PutAsync("b", "gone");
        Assert.Equal(default, await ReadAsync());

        await _bench.PutAsync("a", "two");
        await _bench.DeleteAsync("b");
        var until = _bench.Time.GetUtcNow() + UploadPolicy.DefaultReplacedObjectGrace;
        Assert.Equal(new DeletedBytesTotal("one".Length + "gone".Length, Count: 2, until), await ReadAsync());

        await _bench.WakeAllAsync(UploadPolicy.DefaultReplacedObjectGrace);
        Assert.Equal(default, await ReadAsync());
    }

    [Fact]
    public async Task An_operator_frees_them_before_their_time_and_what_exists_stays()
    {
        await _bench.PutAsync("a", "one");
        await _bench.PutAsync("a", "two");
        using var deleted = _bench.Deleted;
        Assert.Equal("one".Length, (await deleted.FreeAsync(CancellationToken.None)).Bytes);
        await Eventually.BecomesTrueAsync(async () => await _bench.CountUploadsWithBytesAsync() == 1, "the bytes are deleted");
        Assert.Equal("two", await _bench.GetAsync("a"));
        Assert.Equal(0, (await deleted.FreeAsync(CancellationToken.None)).Bytes);
    }

    [Fact]
    public async Task A_figure_is_used_again_for_a_while()
    {
        await _bench.PutAsync("a", "one");
        using var deleted = _bench.Deleted;
        Assert.Equal(0, (await deleted.TryReadAsync(CancellationToken.None))?.Bytes);
        await _bench.DeleteAsync("a");
        Assert.Equal(0, (await deleted.TryReadAsync(CancellationToken.None))?.Bytes);
        _bench.Time.Advance(DeletedBytes.FigureLife);
        Assert.Equal(3, (await deleted.TryReadAsync(CancellationToken.None))?.Bytes);
    }

    [Fact]
    public async Task More_than_are_asked_at_a_time_are_said_to_be_more_and_all_of_them_are_freed()
    {
        const int Count = DeletedBytes.MaxAsked + 1;
        for (var put = 0; put <= Count; put++)
        {
            await _bench.PutAsync("a", "one");
        }

        using var deleted = _bench.Deleted;
        var found = await deleted.TryReadAsync(CancellationToken.None);
        Assert.Equal((DeletedBytes.MaxAsked, true), (found?.Count, found?.HasMore));
        Assert.Equal(Count, (await deleted.FreeAsync(CancellationToken.None)).Count);
        await Eventually.BecomesTrueAsync(async () => await _bench.CountUploadsWithBytesAsync() == 1, "the bytes are deleted");
    }

    private async Task<DeletedBytesTotal> ReadAsync()
    {
        using var deleted = _bench.Deleted;
        return (await deleted.TryReadAsync(CancellationToken.None)).GetValueOrDefault();
    }
}
