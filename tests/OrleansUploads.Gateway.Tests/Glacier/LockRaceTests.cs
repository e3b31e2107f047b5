using System.Threading.Channels;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Hashing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;
using Deletion = OrleansUploads.Core.Archives.DeleteArchive;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The gateway is paused between evaluating the policies of a deletion and deleting. Meanwhile the vault is locked. An archive that
/// exists when the lock is complete must be kept.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class LockRaceTests
{
    private const string Vault = "papers";
    private const int Clients = 3;

    private static readonly byte[] Body = Bytes(1000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deletions_that_were_permitted_before_a_lock_delete_nothing_after_it(bool existsBefore)
    {
        var setup = new GatewaySetup();
        var host = new PausingHost(setup.Host(setup));
        await using var server = await GatewayServer.StartAsync(setup with { Host = _ => host });
        (await server.SendAsync(CreateVault(Vault))).Expect(201);
        var upload = (await server.SendAsync(Initiate(Vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        (await server.SendAsync(Part(Vault, upload, 0, Body))).Expect(204);
        Assert.True(UploadId.TryParse(upload, out var id));
        var archive = ArchiveId.Derive(id, Body.Length, TreeHasher.Compute(Body)).ToString();
        if (existsBefore)
        {
            (await server.SendAsync(Complete(Vault, upload, Body))).Expect(201);
        }

        var deletions = Enumerable.Range(0, Clients).Select(_ => server.SendAsync(DeleteArchive(Vault, archive))).ToList();
        var paused = await host.WaitForDeletionsAsync(Clients);
        var initiated = (await server.SendAsync(InitiateLock(Vault, VaultLockTests.KeepAYear))).Expect(201);
        (await server.SendAsync(CompleteLock(Vault, initiated.Header("x-amz-lock-id")!))).Expect(204);
        if (!existsBefore)
        {
            (await server.SendAsync(Complete(Vault, upload, Body))).Expect(201);
        }

        paused.ForEach(deletion => deletion.SetResult());

        Assert.All(await Task.WhenAll(deletions), answer => answer.ExpectDenied("keep-a-year"));
        (await server.SendAsync(Retrieve(Vault, archive))).Expect(202);
    }

    /// <summary>Pauses the first deletions after the evaluation of the policies and before a shard receives them.</summary>
    private sealed class PausingHost(IEntityHost inner) : IEntityHost, IAsyncDisposable
    {
        private readonly Channel<TaskCompletionSource> _paused = Channel.CreateUnbounded<TaskCompletionSource>();
        private int _deletions;

        public async Task<List<TaskCompletionSource>> WaitForDeletionsAsync(int count)
        {
            var paused = new List<TaskCompletionSource>();
            while (paused.Count < count)
            {
                paused.Add(await _paused.Reader.ReadAsync(Cancellation));
            }

            return paused;
        }

        public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            if (command is Deletion && Interlocked.Increment(ref _deletions) <= Clients)
            {
                var deletion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _paused.Writer.TryWrite(deletion);
                await deletion.Task.WaitAsync(cancellationToken);
            }

            return await inner.SendAsync(entity, command, cancellationToken);
        }

        public ValueTask DisposeAsync() => (inner as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
