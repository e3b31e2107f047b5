using System.Runtime.CompilerServices;

namespace OrleansUploads.Simulation.Bugs;

/// <summary>Mistakes about parts that nodes write straight into the store.</summary>
internal static class DirectBugs
{
    private static readonly TimeSpan LongLife = TimeSpan.FromDays(1);

    public static IReadOnlyList<BugCase> All { get; } =
    [
        new("the report of a node is believed", 300, () => new Reports(static (process, upload, report, token) =>
            process.Host.AskAsync(upload.Entity, report, token))),
        new("the length of a granted attempt is not compared", 600, () => new Reports(static (process, upload, report, token) =>
            CompareAsync(process, upload, report, static (reader, report) => reader.HasLeavesOf(report), token))),
        new("the leaves of a granted attempt are not compared", 600, () => new Reports(static (process, upload, report, token) =>
            CompareAsync(process, upload, report, static (reader, report) => new(reader.LengthBytes == report.Range.LengthBytes), token))),
        new("the seal of a granted attempt is not checked", 600, () => new Plant { Parts = static inner => new OpensUnsealed(inner) }),
        new("a refused report deletes what it names", 2000, () => new Reports(static async (process, upload, report, token) =>
        {
            var outcome = await new PlantedBug().ReportAsync(process, upload, report, token);
            if (outcome.Refusal is not null)
            {
                await process.Parts.DeleteAttemptAsync(upload, report.Attempt, CancellationToken.None);
            }

            return outcome;
        })),
        new("a report is taken once, and its repetition is refused", 5000, () => new TakesReportOnce()),
        new("the leaves of what a node wrote are not checked when it is read", 1000, () => new Plant
        {
            Parts = static inner => new ReadsUnchecked(inner),
        }),
        new("a second write under a grant replaces the first one", 1000, () => new ReplacingStore()),
        new("a claim is taken for a part", 300, () => new ClaimsForParts()),
        new("a grant outlives the grace of its bytes", 300, () => new Grants(static (process, upload, range, granted) =>
            new(granted with { Write = granted.Write with { Until = process.Clock.GetUtcNow() + LongLife } }))),
        new("a granted attempt is named on the clock of its node", 1000, () => new Grants(static async (process, upload, range, granted) =>
        {
            // The clock of the node is ahead.
            var attempt = Renamed(granted.Attempt, granted.Attempt.CreatedAt + LongLife, granted.Attempt.GrantedNumber!.Value);
            return granted with
            {
                Attempt = attempt,
                Write = await process.Parts.Grants!.SignAsync(
                    upload, attempt, range.LengthBytes, granted.Write.Until, CancellationToken.None),
            };
        })),
        new("what nodes have written is never collected", 300, () => new Plant { Parts = static inner => new HidesGranted(inner) }),
        .. OfUploads.All,
    ];

    /// <summary>An altered copy of the intake, which compares less.</summary>
    private static async ValueTask<Outcome<Done>> CompareAsync(
        SimulatedProcess process,
        UploadId upload,
        StorePart report,
        Func<IAttemptReader, StorePart, ValueTask<bool>> isAsReported,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = await process.Parts.OpenAsync(upload, report.Attempt, null, cancellationToken);
            if (!await isAsReported(reader, report))
            {
                return new(new Refusal.AttemptNotAsReported(report.Attempt, "it differs"));
            }
        }
        catch (AttemptDamagedException damaged)
        {
            return new(new Refusal.AttemptNotAsReported(report.Attempt, damaged.Message));
        }

        return await process.Host.AskAsync(upload.Entity, report, cancellationToken);
    }

    private static async ValueTask<bool> HasLeavesOf(this IAttemptReader reader, StorePart report) =>
        TreeHasher.FromLeaves([.. await reader.ReadLeavesAsync(CancellationToken.None)]) == report.TreeHash;

    private static AttemptId Renamed(AttemptId attempt, DateTimeOffset createdAt, int number)
    {
        Span<byte> name = stackalloc byte[AttemptId.Bytes];
        attempt.Write(name);
        return AttemptId.CreateGranted(createdAt, number, name[^AttemptId.GrantedRandomBytes..]);
    }

    /// <summary>Mistakes in the rules of an upload.</summary>
    private abstract class OfUploads : BugsOf<UploadState, UploadCommand, UploadEvent>
    {
        public static IReadOnlyList<BugCase> All { get; } =
        [
            Bug("a granted attempt becomes another part than the granted one", 600, right => new(right)
            {
                Decides = (state, command, time) =>
                    command is StorePart { Attempt: { IsGranted: true } attempt } report
                    && state is UploadState.Open { Spec: ArchiveUploadSpec spec }
                        ? Named(
                            right.Decide(
                                state,
                                report with { Attempt = Renamed(attempt, attempt.CreatedAt, spec.NumberOf(report.Range)) },
                                time),
                            attempt)
                        : right.Decide(state, command, time),
            }),
            Bug("a granted attempt passes the fence of the collector", 5000, right => new(right)
            {
                Decides = (state, command, time) => right.Decide(
                    command is StorePart { Attempt.IsGranted: true } && state is UploadState.Open open
                        ? open with { FencedBefore = DateTimeOffset.MinValue }
                        : state,
                    command,
                    time),
            }),
            Bug("an upload that has ended takes the report of a node", 600, right => new(right)
            {
                Decides = (state, command, time) =>
                    state is not UploadState.Open && command is CheckPart or StorePart { Attempt.IsGranted: true }
                        ? Nothing
                        : right.Decide(state, command, time),
            }),
            Bug("writes are granted for an upload that has ended", 600, right => new(right)
            {
                Decides = (state, command, time) => (state, command) switch
                {
                    (UploadState.Ended { Spec: ArchiveUploadSpec spec }, MapParts) =>
                        Reply(new MappedUpload(spec, new MappedParts(PartNumbers.Of([]), 0, time.Now))),
                    _ => right.Decide(state, command, time),
                },
            }),
        ];

        private static Decision<UploadEvent> Named(Decision<UploadEvent> decision, AttemptId attempt) =>
            decision.Events is [PartStored stored]
                ? Accept(decision.Answer, stored with { Part = stored.Part with { Place = PartPlace.In(attempt) } })
                : decision;
    }

    private sealed class Reports(
        Func<SimulatedProcess, UploadId, StorePart, CancellationToken, ValueTask<Outcome<Done>>> take) : PlantedBug
    {
        public override ValueTask<Outcome<Done>> ReportAsync(
            SimulatedProcess process, UploadId upload, StorePart report, CancellationToken cancellationToken) =>
            take(process, upload, report, cancellationToken);
    }

    private sealed class Grants(
        Func<SimulatedProcess, UploadId, PartRange, GrantedWrite<PartRange>, ValueTask<GrantedWrite<PartRange>>> alter) : PlantedBug
    {
        public override async ValueTask<Outcome<GrantedWrites<PartRange>>> GrantAsync(
            SimulatedProcess process,
            UploadId upload,
            VaultIncarnation vault,
            PartRange range,
            int? atMost,
            CancellationToken cancellationToken)
        {
            var outcome = await base.GrantAsync(process, upload, vault, range, atMost, cancellationToken);
            return outcome.TryGet(out var granted, out _) && granted.Writes is [var write]
                ? new(new GrantedWrites<PartRange>([await alter(process, upload, range, write)]))
                : outcome;
        }
    }

    private sealed class TakesReportOnce : PlantedBug
    {
        private readonly HashSet<AttemptId> _taken = [];

        public override async ValueTask<Outcome<Done>> ReportAsync(
            SimulatedProcess process, UploadId upload, StorePart report, CancellationToken cancellationToken)
        {
            if (_taken.Contains(report.Attempt))
            {
                return new(new Refusal.AttemptNotAsReported(report.Attempt, "it was reported before"));
            }

            var outcome = await base.ReportAsync(process, upload, report, cancellationToken);
            if (outcome.Refusal is null)
            {
                _taken.Add(report.Attempt);
            }

            return outcome;
        }
    }

    /// <summary>A part that was granted once counts as stored when grants for missing parts are wanted.</summary>
    private sealed class ClaimsForParts : PlantedBug
    {
        private readonly HashSet<(UploadId Upload, PartRange Range)> _claimed = [];

        public override ValueTask<Outcome<GrantedWrites<PartRange>>> GrantAsync(
            SimulatedProcess process,
            UploadId upload,
            VaultIncarnation vault,
            PartRange range,
            int? atMost,
            CancellationToken cancellationToken) =>
            !_claimed.Add((upload, range)) && atMost is not null
                ? new(new Outcome<GrantedWrites<PartRange>>(new GrantedWrites<PartRange>([])))
                : base.GrantAsync(process, upload, vault, range, atMost, cancellationToken);
    }

    private sealed class ReplacingStore : PlantedBug
    {
        public override bool StoreReplaces => true;
    }

    private sealed class OpensUnsealed(IPartStore inner) : DelegatingPartStore(inner)
    {
        public override ValueTask<IAttemptReader> OpenAsync(
            UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken) =>
            attempt.IsGranted
                ? ((PartStorePort)Inner).OpenGrantedAsync(upload, attempt, isSealChecked: false)
                : Inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken);
    }

    private sealed class ReadsUnchecked(IPartStore inner) : DelegatingPartStore(inner)
    {
        public override async ValueTask<IAttemptReader> OpenAsync(
            UploadId upload, AttemptId attempt, long? lengthBytes, CancellationToken cancellationToken)
        {
            var reader = await Inner.OpenAsync(upload, attempt, lengthBytes, cancellationToken);
            if (reader is PartStorePort.GrantedReader granted)
            {
                granted.ChecksLeaves = false;
            }

            return reader;
        }
    }

    private sealed class HidesGranted(IPartStore inner) : DelegatingPartStore(inner)
    {
        public override async IAsyncEnumerable<IReadOnlyList<AttemptId>> ListAttemptsAsync(
            UploadId upload, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var page in Inner.ListAttemptsAsync(upload, cancellationToken))
            {
                yield return [.. page.Where(static attempt => !attempt.IsGranted)];
            }
        }
    }
}
