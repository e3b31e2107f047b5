using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Objects;

/// <summary>Publications whose intent is durable when the host dies, and that are delivered after other requests.</summary>
public sealed class InterruptedPublicationTests
{
    private readonly ObjectBench _bench;
    private bool _leavesFail;

    public InterruptedPublicationTests() => _bench = new ObjectBench(
        leafBytes: 100_000,
        faults: call => _leavesFail && call is { Operation: JournalOperation.Append, Entity.Kind: EntityKind.KeyLeaf }
            ? JournalFault.FailBefore
            : JournalFault.None);

    [Theory]
    [InlineData("second")]
    [InlineData(null)]
    public async Task An_interrupted_put_never_comes_back_over_a_later_put_or_deletion(string? second)
    {
        await _bench.CreateBucketAsync();
        await InterruptAsync(() => _bench.PutAsync("k", "first"));
        await WriteAsync(second);
        await WakeAsync();
        Assert.Equal(second, await _bench.GetAsync("k"));

        _bench.Time.Advance(UploadPolicy.MinStaleAfter);
        await WakeAsync();
        await new AttemptCollector(_bench.Host, _bench.Parts, _bench.Host.Clock).CollectAsync(TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(second is null ? 1 : 2, await _bench.CountUploadsWithBytesAsync());
    }

    [Fact]
    public async Task An_interrupted_put_takes_effect_if_its_key_was_not_changed_since()
    {
        await _bench.CreateBucketAsync();
        await InterruptAsync(() => _bench.PutAsync("k", "first"));
        await _bench.PutAsync("other", "x");
        await WakeAsync();
        Assert.Equal("first", await _bench.GetAsync("k"));
    }

    [Theory]
    [InlineData("second")]
    [InlineData(null)]
    public async Task An_interrupted_completion_never_comes_back_and_can_be_asked_for_again(string? second)
    {
        await _bench.CreateBucketAsync();
        var (upload, part) = await _bench.InitiateAsync("k", "first");
        await InterruptAsync(() => _bench.CompleteAsync(upload, "k", null, part));
        await WriteAsync(second);
        await WakeAsync();
        Assert.Equal(second, await _bench.GetAsync("k"));
        Assert.Null((await _bench.CompleteAsync(upload, "k", null, part)).Refusal);
        Assert.Equal("first", await _bench.GetAsync("k"));
    }

    [Fact]
    public async Task An_interrupted_creation_never_comes_back_when_its_condition_holds_again()
    {
        await _bench.CreateBucketAsync();
        await InterruptAsync(() => _bench.PutAsync("k", "first", PublishCondition.MustBeAbsent));
        await WriteAsync("second");
        await WriteAsync(null);
        await WakeAsync();
        Assert.Null(await _bench.GetAsync("k"));
    }

    [Fact]
    public async Task Concurrent_puts_and_deletions_of_a_key_all_succeed()
    {
        await _bench.CreateBucketAsync();
        var puts = Enumerable.Range(0, 64).Select(number => Task.Run(() => _bench.PutAsync("k", $"{number}"))).ToList();
        await Task.WhenAll([.. puts, .. Enumerable.Range(0, 4).Select(_ => Task.Run(() => _bench.DeleteAsync("k")))]);
        Assert.All(await Task.WhenAll(puts), put => Assert.Null(put.Refusal));
        Assert.Null((await _bench.PutAsync("k", "last")).Refusal);
        Assert.Equal("last", await _bench.GetAsync("k"));
    }

    /// <summary>Sends a request whose upload decides, and whose leaf never hears of it before the host dies.</summary>
    private async Task InterruptAsync(Func<Task<Outcome<PublishedObject>>> request)
    {
        await _bench.PutAsync("before", "x");
        _leavesFail = true;
        await Assert.ThrowsAsync<EntityUnavailableException>(request);
        _bench.Start();
        _leavesFail = false;
    }

    private async Task WriteAsync(string? content)
    {
        if (content is null)
        {
            await _bench.DeleteAsync("k");
        }
        else
        {
            Assert.Null((await _bench.PutAsync("k", content)).Refusal);
        }
    }

    private Task WakeAsync() => _bench.WakeAllAsync(UploadPolicy.DefaultReplacedObjectGrace);
}
