using System.Runtime.InteropServices;
using OrleansUploads.Engine.Ownership;

namespace OrleansUploads.Engine.Tests.Ownership;

/// <summary>Two servers on one store. In every order of their starts, the one that may not use it is refused or stops, and no byte is
/// lost.</summary>
public sealed class TwoUsersTests : TestWithFolder
{
    private readonly ManualTime _time = new();

    /// <summary>The stores, each with every combination of two users.</summary>
    public static MatrixTheoryData<string, string> Combinations { get; } = new(
        [SharedPartStore.WithConditions, SharedPartStore.WithoutConditions, SharedPartStore.InFolder],
        [.. Scenarios.Keys]);

    private static Dictionary<string, Func<TwoUsersTests, SharedPartStore, Task>> Scenarios => new()
    {
        ["a copy beside its running original"] = static (test, store) => test.CopyAsync(store, isOriginalRunning: true),
        ["a copy of a stopped original"] = static (test, store) => test.CopyAsync(store, isOriginalRunning: false),
        ["a backup beside its original"] = static (test, store) => test.CopyAsync(store, isOriginalRunning: true, isBackup: true),
        ["a clone of a disk"] = static (test, store) => test.CloneAsync(store),
        ["a clone of a disk beside its running original"] = static (test, store) => test.CloneBesideOriginalAsync(store, isOriginalIdle: false),
        ["a clone of a disk beside its idle original"] = static (test, store) => test.CloneBesideOriginalAsync(store, isOriginalIdle: true),
        ["a new folder"] = static (test, store) => test.NewFolderAsync(store),
        ["two first starts"] = static (test, store) => test.FirstStartsAsync(store),
        ["taken over while it runs"] = static (test, store) => test.TakenOverAsync(store),
        ["paused before a collection"] = static (test, store) => test.PausedCollectionAsync(store),
        ["paused before a deleting intent"] = static (test, store) => test.PausedIntentAsync(store),
        ["moved and left"] = static (test, store) => test.MovedAsync(store),
    };

    [Theory]
    [MemberData(nameof(Combinations))]
    [Promise("operations.md", "a copy of the folder, such as a restored backup, beside its original or after it")]
    [Promise("operations.md", "another folder or cluster")]
    [Promise("operations.md", "two servers at the same moment")]
    public Task No_byte_is_lost(string store, string scenario) =>
        Scenarios[scenario](this, SharedPartStore.Named(store, Folder.Path));

    [Fact]
    [Promise("operations.md", "the folder that has the store")]
    public async Task A_server_restarts_on_its_own_store_also_after_a_kill_at_any_step()
    {
        var store = SharedPartStore.Named(SharedPartStore.WithoutConditions, Folder.Path);
        var left = 0;
        for (var step = 1; left <= 0; step++)
        {
            left = step;
            store.OnCall = _ => --left <= 0 ? throw new InvalidOperationException("killed") : Task.CompletedTask;
            _ = await Record.ExceptionAsync(async () =>
            {
                await using var killed = await StartAsync("a", store);
            });
            store.OnCall = static _ => Task.CompletedTask;
            await using var server = await StartAsync("a", store);
            Assert.True(left <= 0 || step > 3, $"A start makes only {step - 1} calls.");
        }
    }

    [Fact]
    public async Task A_collection_reads_the_claims_once_for_many_deletions()
    {
        var store = SharedPartStore.Named(SharedPartStore.WithConditions, Folder.Path);
        await using var server = await StartAsync("a", store);
        for (var i = 0; i < 200; i++)
        {
            await server.LeaveOrphanAsync();
        }

        // A store on a network needs some time to answer.
        store.OnCall = static call => call == "list store-claims/" ? Task.Delay(TimeSpan.FromMilliseconds(20)) : Task.CompletedTask;
        var before = store.ClaimListings;
        var report = await server.CollectAsync();
        Assert.Equal(200, report.UploadsDeleted);
        Assert.InRange(store.ClaimListings - before, 1, 40);
    }

    [Fact]
    public async Task Writes_share_a_reading_of_the_claims_for_some_seconds()
    {
        var store = SharedPartStore.Named(SharedPartStore.WithConditions, Folder.Path);
        await using var server = await StartAsync("a", store);
        var before = store.ClaimListings;
        for (var i = 0; i < 20; i++)
        {
            await server.ArchiveAsync();
        }

        Assert.Equal(before, store.ClaimListings);
        _time.Advance(StoreOwnership.WriteReadingLife + TimeSpan.FromSeconds(1));
        await server.ArchiveAsync();
        Assert.Equal(before + 1, store.ClaimListings);
    }

    [Fact]
    public async Task A_server_that_stores_nothing_renews_nothing()
    {
        var store = SharedPartStore.Named(SharedPartStore.WithConditions, Folder.Path);
        await using var server = await StartAsync("a", store);
        var claims = (IStoreMark)await store.OpenAsync();
        var unused = await claims.ListClaimsAsync(CancellationToken.None);
        await server.Ownership.RenewAsync(CancellationToken.None);
        Assert.Equal(unused, await claims.ListClaimsAsync(CancellationToken.None));

        await server.ArchiveAsync();
        await server.Ownership.RenewAsync(CancellationToken.None);
        var renewed = await claims.ListClaimsAsync(CancellationToken.None);
        Assert.Equal(unused.Count + 1, renewed.Count);
        await server.Ownership.RenewAsync(CancellationToken.None);
        Assert.Equal(renewed, await claims.ListClaimsAsync(CancellationToken.None));

        await server.ArchiveAsync();
        await server.Ownership.RenewAsync(CancellationToken.None);
        var later = await claims.ListClaimsAsync(CancellationToken.None);
        Assert.NotEqual(renewed, later);
        Assert.Equal(renewed.Count, later.Count);
    }

    private string PathOf(string name) => Folder.File(name);

    private Task<OwnedServer> StartAsync(string name, SharedPartStore store, bool takesOver = false) =>
        OwnedServer.StartAsync(PathOf(name), store, _time, takesOver);

    /// <summary>Requires that a start is refused with one sentence that contains some words.</summary>
    private async Task RefuseAsync(string name, SharedPartStore store, params string[] words)
    {
        var refused = await Assert.ThrowsAsync<IOException>(() => StartAsync(name, store));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
    }

    private async Task CopyAsync(SharedPartStore store, bool isOriginalRunning, bool isBackup = false)
    {
        var original = await StartAsync("a", store);
        var archive = await original.ArchiveAsync();
        if (!isOriginalRunning)
        {
            await original.DisposeAsync();
        }

        Action<string, string> copy = isBackup ? BackupFolder.Copy : FileDamage.CopyFolder;
        copy(PathOf("a"), PathOf("b"));
        await RefuseAsync("b", store, "is used by the data folder", PathOf("a"), "take-over");
        if (!isOriginalRunning)
        {
            original = await StartAsync("a", store);
        }

        var later = await original.ArchiveAsync();
        await RefuseAsync("b", store, "is used by the data folder", "take-over");
        await original.CollectAsync();
        await original.ExpectAsync(archive);
        await original.ExpectAsync(later);
        await original.DisposeAsync();
    }

    /// <summary>The clone of a whole disk has the same inode numbers. What its original has done since tells them apart.</summary>
    private async Task CloneAsync(SharedPartStore store)
    {
        await (await StartAsync("a", store)).DisposeAsync();

        var state = Directory.EnumerateFiles(PathOf("a")).ToDictionary(static path => Path.GetFileName(path), File.ReadAllBytes);
        (UploadId, byte[]) archive;
        await using (var original = await StartAsync("a", store))
        {
            archive = await original.ArchiveAsync();
        }

        foreach (var (name, content) in state.Where(static file => file.Key.StartsWith("store-owner", StringComparison.Ordinal)))
        {
            await File.WriteAllBytesAsync(Path.Combine(PathOf("a"), name), content);
        }

        await RefuseAsync("a", store, "is used by the data folder", "take-over");
        await using var restored = await StartAsync("a", store, takesOver: true);
        await restored.ExpectAsync(archive);
    }

    /// <summary>What the original has stored since tells the two apart. If it has stored nothing, the clone has lost nothing.</summary>
    private async Task CloneBesideOriginalAsync(SharedPartStore store, bool isOriginalIdle)
    {
        await using var original = await StartAsync("a", store);
        var archive = await original.ArchiveAsync();
        await original.Ownership.RenewAsync(CancellationToken.None);
        FileDamage.CopyFolder(PathOf("a"), PathOf("b"));
        ShareInode(Path.Combine(PathOf("a"), FolderMark.ClaimFileName), Path.Combine(PathOf("b"), FolderMark.ClaimFileName));
        if (isOriginalIdle)
        {
            await original.Ownership.RenewAsync(CancellationToken.None);
        }
        else
        {
            var later = await original.ArchiveAsync();
            await original.Ownership.RenewAsync(CancellationToken.None);
            await RefuseAsync("b", store, "is used by a server with another data folder, which is a copy of this one or its original", "take-over");
            await original.CollectAsync();
            await original.ExpectAsync(later);
            Assert.Null(original.Problem);
        }

        await original.LeaveOrphanAsync();
        await using var clone = await StartAsync("b", store, takesOver: !isOriginalIdle);
        _time.Advance(StoreOwnership.WriteReadingLife + TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<StoreLostException>(original.ArchiveAsync);
        await Assert.ThrowsAsync<StoreLostException>(original.CollectAsync);
        await Assert.ThrowsAsync<StoreLostException>(async () => await original.Ownership.RenewAsync(CancellationToken.None));
        await clone.CollectAsync();
        await clone.ExpectAsync(archive);
        await clone.ExpectAsync(await clone.ArchiveAsync());
        await RefuseAsync("c", store);
    }

    private static void ShareInode(string existing, string copy)
    {
        File.Delete(copy);
        Assert.Equal(0, Link(existing, copy));
    }

    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(string existing, string copy);

    private async Task NewFolderAsync(SharedPartStore store)
    {
        await using var original = await StartAsync("a", store);
        await RefuseAsync("b", store, "belongs to another data folder");
        var archive = await original.ArchiveAsync();
        await RefuseAsync("c", store, "unknown to the journal");
        await original.ExpectAsync(archive);
    }

    /// <summary>The second server starts at each call of the store that the first one makes.</summary>
    private async Task FirstStartsAsync(SharedPartStore store)
    {
        var isNested = true;
        for (var step = 1; isNested; step++)
        {
            var fresh = SharedPartStore.Named(store.Kind, Path.Combine(Folder.Path, $"store-{step}"));
            var left = step;
            isNested = false;
            OwnedServer? second = null;
            fresh.OnCall = async _ =>
            {
                if (!isNested && --left == 0)
                {
                    isNested = true;
                    second = await TryStartAsync($"b{step}", fresh);
                }
            };
            var first = await TryStartAsync($"a{step}", fresh);
            fresh.OnCall = static _ => Task.CompletedTask;

            Assert.True(isNested || step > 3, $"A start makes only {step - 1} calls.");
            Assert.False(first is not null && second is not null, $"Both have started, the second one at call {step}.");
            foreach (var started in new[] { first, second }.OfType<OwnedServer>())
            {
                var archive = await started.ArchiveAsync();
                await started.CollectAsync();
                await started.ExpectAsync(archive);
                await started.DisposeAsync();
            }
        }

        async Task<OwnedServer?> TryStartAsync(string name, SharedPartStore fresh)
        {
            try
            {
                return await StartAsync(name, fresh);
            }
            catch (IOException refused)
            {
                Assert.DoesNotContain('\n', refused.Message);
                return null;
            }
        }
    }

    private async Task TakenOverAsync(SharedPartStore store)
    {
        await using var original = await StartAsync("a", store);
        var archive = await original.ArchiveAsync();
        var open = await original.OpenAsync();
        BackupFolder.Copy(PathOf("a"), PathOf("b"));
        await using var restored = await StartAsync("b", store, takesOver: true);
        var later = await restored.ArchiveAsync();
        var continued = await restored.StoreAsync(open);

        // The original does not know the archive of the other, and has ended the upload that the other continues.
        await original.AbortAsync(open);
        await Assert.ThrowsAsync<StoreLostException>(original.CollectAsync);
        Assert.Contains(PathOf("b"), original.Problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreLostException>(original.ArchiveAsync);
        await restored.ExpectAsync(archive);
        await restored.ExpectAsync(later);
        await restored.ExpectAsync(await restored.CompleteAsync(open, continued));
        Assert.Null(restored.Problem);
        await RefuseAsync("c", store);
    }

    /// <summary>The former owner is paused in the middle of a collection, at each listing, while the store is taken over and used.</summary>
    private async Task PausedCollectionAsync(SharedPartStore store)
    {
        await using var original = await StartAsync("a", store);
        var open = await original.OpenAsync();
        BackupFolder.Copy(PathOf("a"), PathOf("b"));
        await original.LeaveOrphanAsync();
        (UploadId, byte[])? later = null;
        OwnedServer? restored = null;
        store.OnCall = async call =>
        {
            if (restored is null && call == "list store-claims/")
            {
                store.OnCall = static _ => Task.CompletedTask;
                restored = await StartAsync("b", store, takesOver: true);
                later = await restored.ArchiveAsync();
            }
        };

        await Assert.ThrowsAsync<StoreLostException>(original.CollectAsync);
        await using (restored)
        {
            await restored!.ExpectAsync(later!.Value);
            Assert.NotNull(original.Problem);
        }
    }

    private async Task PausedIntentAsync(SharedPartStore store)
    {
        await using var original = await StartAsync("a", store);
        var open = await original.OpenAsync();
        BackupFolder.Copy(PathOf("a"), PathOf("b"));
        var resume = new TaskCompletionSource();
        var paused = new TaskCompletionSource();
        store.OnCall = async call =>
        {
            if (call == "list store-claims/")
            {
                store.OnCall = static _ => Task.CompletedTask;
                paused.SetResult();
                await resume.Task;
            }
        };

        // The deletion reads the claims after it has listed what it deletes, and is paused there.
        var abort = original.AbortAsync(open);
        await paused.Task;
        await using var restored = await StartAsync("b", store, takesOver: true);
        var continued = await restored.StoreAsync(open);
        resume.SetResult();
        await abort;
        await Eventually.BecomesTrueAsync(() => Task.FromResult(original.Problem is not null), "the original knows that it has lost the store");
        await restored.ExpectAsync(await restored.CompleteAsync(open, continued));
    }

    private async Task MovedAsync(SharedPartStore store)
    {
        await using var original = await StartAsync("a", store);
        var archive = await original.ArchiveAsync();
        await original.LeaveOrphanAsync();
        await StoreOwnership.LeaveAsync((IStoreMark)await store.OpenAsync(), "s3://elsewhere", CancellationToken.None);
        _time.Advance(StoreOwnership.WriteReadingLife + TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<StoreLostException>(original.ArchiveAsync);
        Assert.Contains("has moved to s3://elsewhere", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreLostException>(original.CollectAsync);
        Assert.Contains("has moved to s3://elsewhere", original.Problem, StringComparison.Ordinal);
        await original.ExpectAsync(archive);
        await original.DisposeAsync();
        await RefuseAsync("a", store, "has moved to s3://elsewhere");
    }
}
