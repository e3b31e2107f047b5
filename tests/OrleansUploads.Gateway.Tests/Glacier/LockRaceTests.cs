using System.Collections.Concurrent;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Hashing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;
using Deletion = OrleansUploads.Core.Archives.DeleteArchive;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Deletions race the completion of an upload and of a lock. The gateway is delayed between evaluating the policies and
/// deleting. An archive that exists when the lock is complete must be kept.</summary>
/// <remarks>ORLEANSUPLOADS_LOCK_RACES sets the number of rounds; see docs/simulation.md.</remarks>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class LockRaceTests
{
    private const string RoundsVariable = "ORLEANSUPLOADS_LOCK_RACES";
    private const int DefaultRounds = 9;
    private const int RoundsPerServer = 250;
    private const int DeletingClients = 4;

    private static readonly byte[] Body = Bytes(1000);

    [Fact]
    public async Task No_archive_is_deleted_from_a_locked_vault_when_deletions_race_the_lock()
    {
        var rounds = Environment.GetEnvironmentVariable(RoundsVariable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : DefaultRounds;
        var lost = new List<int>();
        var tally = new Tally();
        for (var first = 0; first < rounds; first += RoundsPerServer)
        {
            var setup = new GatewaySetup();
            var host = new DelayingHost(setup.Host(setup));
            await using var server = await GatewayServer.StartAsync(setup with { Host = _ => host });
            for (var round = first; round < Math.Min(rounds, first + RoundsPerServer); round++)
            {
                if (!await KeepsArchiveAsync(server, host, round, tally))
                {
                    lost.Add(round);
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{rounds} rounds, {tally.Denied} deletions denied, {tally.Delayed} delayed, {lost.Count} archives lost");
        Assert.True(lost.Count == 0, $"{lost.Count} of {rounds} archives were deleted from a locked vault: {string.Join(", ", lost)}");
        Assert.True(
            tally.Denied > 0 && tally.Delayed > 0,
            $"No race took place: {tally.Denied} deletions were denied and {tally.Delayed} were delayed; neither may be 0.");
    }

    /// <summary>Runs one round in a new vault.</summary>
    /// <returns>False if an archive existed when the lock was complete and is gone at the end.</returns>
    private static async Task<bool> KeepsArchiveAsync(GatewayServer server, DelayingHost host, int round, Tally tally)
    {
        var vault = $"vault-{round}";
        (await server.SendAsync(CreateVault(vault))).Expect(201);
        var upload = (await server.SendAsync(Initiate(vault))).Expect(201).Header("x-amz-multipart-upload-id")!;
        (await server.SendAsync(Part(vault, upload, 0, Body))).Expect(204);
        Assert.True(UploadId.TryParse(upload, out var id));
        var archive = ArchiveId.Derive(id, Body.Length, TreeHasher.Compute(Body)).ToString();
        var completesFirst = round % 3 == 0;
        if (completesFirst)
        {
            (await server.SendAsync(Complete(vault, upload, Body))).Expect(201);
        }

        // The delayed deletions were evaluated before the lock, or before the archive had an age.
        var release = host.DelayDeletions(all: completesFirst);
        using var stop = new CancellationTokenSource();
        var deleting = Enumerable.Range(0, DeletingClients)
            .Select(_ => DeleteAsync(server, vault, archive, tally, stop.Token)).ToList();
        if (completesFirst)
        {
            await host.WaitForDelayedAsync(DeletingClients);
        }

        var completing = completesFirst || round % 3 == 1 ? Task.CompletedTask : CompleteAsync(server, vault, upload);
        var initiated = (await server.SendAsync(InitiateLock(vault, VaultLockTests.KeepAYear))).Expect(201);
        (await server.SendAsync(CompleteLock(vault, initiated.Header("x-amz-lock-id")!))).Expect(204);
        await completing;
        if (round % 3 == 1)
        {
            await CompleteAsync(server, vault, upload);
        }

        var existed = await ExistsAsync(server, vault, archive);
        tally.Delayed += release();
        await host.WaitForAnsweredAsync(DeletingClients);
        await stop.CancelAsync();
        await Task.WhenAll(deleting);
        return !existed || await ExistsAsync(server, vault, archive);
    }

    private static async Task CompleteAsync(GatewayServer server, string vault, string upload) =>
        (await server.SendAsync(Complete(vault, upload, Body))).Expect(201);

    private static async Task<bool> ExistsAsync(GatewayServer server, string vault, string archive) =>
        (await server.SendAsync(Retrieve(vault, archive))).Status == 202;

    private static async Task DeleteAsync(
        GatewayServer server, string vault, string archive, Tally tally, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var answer = await server.SendAsync(DeleteArchive(vault, archive));
            if (answer.Status == 403)
            {
                Interlocked.Increment(ref tally.Denied);
            }
        }
    }

    private sealed class Tally
    {
        public int Denied;

        public int Delayed;
    }

    /// <summary>Delays all or every second deletion, after policy evaluation and before the shard receives it.</summary>
    private sealed class DelayingHost(IEntityHost inner) : IEntityHost, IAsyncDisposable
    {
        private readonly ConcurrentQueue<TaskCompletionSource> _delayed = new();
        private volatile bool _isDelaying;
        private volatile bool _delaysAll;
        private int _deletions;
        private int _answered;

        /// <summary>Delays deletions until the returned function is called, which releases them and returns their number.</summary>
        public Func<int> DelayDeletions(bool all)
        {
            _delaysAll = all;
            _isDelaying = true;
            return () =>
            {
                _isDelaying = false;
                Volatile.Write(ref _answered, 0);
                var count = 0;
                for (; _delayed.TryDequeue(out var deletion); count++)
                {
                    deletion.TrySetResult();
                }

                return count;
            };
        }

        public Task WaitForDelayedAsync(int count) => EventuallyAsync(() => _delayed.Count >= count);

        /// <summary>Waits until this many commands of deletions have been answered since the release.</summary>
        public Task WaitForAnsweredAsync(int count) => EventuallyAsync(() => Volatile.Read(ref _answered) >= count);

        public async ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            if (command is Deletion && _isDelaying && (_delaysAll || Interlocked.Increment(ref _deletions) % 2 == 0))
            {
                var deletion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _delayed.Enqueue(deletion);
                if (!_isDelaying)
                {
                    deletion.TrySetResult();
                }

                await deletion.Task.WaitAsync(cancellationToken);
            }

            var answer = await inner.SendAsync(entity, command, cancellationToken);
            if (command is Deletion or FindCurrentArchive)
            {
                Interlocked.Increment(ref _answered);
            }

            return answer;
        }

        public ValueTask DisposeAsync() => (inner as IAsyncDisposable)?.DisposeAsync() ?? ValueTask.CompletedTask;

        private static async Task EventuallyAsync(Func<bool> condition)
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!condition())
            {
                timeout.Token.ThrowIfCancellationRequested();
                await Task.Delay(1, timeout.Token);
            }
        }
    }
}
