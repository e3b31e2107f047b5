using OrleansUploads.Core.Refusals;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Embedded;

/// <summary>Uploads whose bytes are stored in another system, from the report of parts to the manifest.</summary>
public sealed class ExternalUploadTests
{
    private const int Slots = 4;

    private static readonly CompleteUpload Complete = new(
        ClientCalls.Incarnation, Slots * Some.MiB, TreeHasher.Combine(Enumerable.Range(0, Slots).Select(slot => Some.Hash($"{slot}")).ToArray()));

    private static ReportExternalPart Report(int slot, string location) => new(
        ClientCalls.Incarnation, ClientCalls.SlotRange(slot), Some.Hash($"{slot}"), Some.Location(location));

    private static async Task<string[]> LocationsAsync(EngineBench bench, UploadId upload)
    {
        var manifest = await bench.ReadManifestAsync(upload);
        Assert.Equal(ByteStorage.External, manifest.ByteStorage);
        return [.. manifest.Extents.Select(extent => extent.Place.Location.ToString()!)];
    }

    [Fact]
    public async Task All_of_32_reporters_and_32_completers_get_the_same_locations_and_archive()
    {
        for (var round = 0; round < 100; round++)
        {
            var bench = new EngineBench();
            var upload = await bench.OpenFirstUploadAsync(storage: ByteStorage.External);

            var reports = await Task.WhenAll(Enumerable.Range(0, 32).Select(node => Task.Run(async () =>
                (Slot: node % Slots, Result: await bench.AskAsync(upload.Entity, Report(node % Slots, $"node-{node}"))))));
            var completes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
                () => bench.AskAsync(upload.Entity, Complete))));

            var inUse = reports.GroupBy(report => report.Slot).OrderBy(slot => slot.Key)
                .Select(slot => Assert.Single(slot.Select(report => report.Result.Location).Distinct()).ToString());
            Assert.Equal(Slots, reports.Count(report => report.Result.ReportedInUse));
            Assert.Equal(inUse, await LocationsAsync(bench, upload));
            var archive = Assert.Single(completes.Distinct()).Archive;
            Assert.Equal(ByteStorage.External, (await bench.FindAsync(archive))!.ByteStorage);
            Assert.Equal(1, (await bench.DescribeVaultAsync()).Archives);
            Assert.Empty(await bench.ListUploadsAsync(10));
        }
    }

    [Fact]
    public async Task A_report_of_different_bytes_racing_32_completers_either_stops_them_all_or_is_refused()
    {
        var refused = 0;
        const int Rounds = 100;
        for (var round = 0; round < Rounds; round++)
        {
            var bench = new EngineBench();
            var upload = await bench.OpenFirstUploadAsync(storage: ByteStorage.External);
            for (var slot = 0; slot < Slots; slot++)
            {
                await bench.AskAsync(upload.Entity, Report(slot, $"node-{slot}"));
            }

            // In round 0 the report comes first, in round 1 last. In all others it races the completions.
            var other = Report(0, "late") with { TreeHash = Some.Hash("other") };
            Task<Outcome<ExternalPartResult>> ReportAsync() => Task.Run(
                () => bench.Host.AskAsync(upload.Entity, other, CancellationToken.None).AsTask());
            var late = round == 1 ? null : ReportAsync();
            if (round == 0)
            {
                await late!;
            }

            var completes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
                () => bench.Host.AskAsync(upload.Entity, Complete, CancellationToken.None).AsTask())));

            var isLate = (await (late ?? ReportAsync())).Refusal is Refusal.UploadNotFound;
            Assert.Equal(isLate ? 1 : 0, (await bench.DescribeVaultAsync()).Archives);
            Assert.Equal(
                isLate ? 1 : 0,
                completes.Where(outcome => outcome.Refusal is null).Select(outcome => outcome.Answer).Distinct().Count());
            if (isLate)
            {
                Assert.Equal(["node-0", "node-1", "node-2", "node-3"], await LocationsAsync(bench, upload));
                refused++;
            }
        }

        Assert.InRange(refused, 1, Rounds - 1);
    }

    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task Reported_locations_survive_a_crash_at_any_write(JournalFault fault)
    {
        foreach (var bench in EngineBench.FailingAtEachWrite(fault))
        {
            await bench.UntilAnsweredAsync(bench.CreateVaultAsync);
            var upload = await bench.UntilAnsweredAsync(() => bench.OpenUploadAsync(storage: ByteStorage.External));
            for (var slot = 0; slot < Slots; slot++)
            {
                var report = Report(slot, $"node-{slot}");
                Assert.True((await bench.UntilAnsweredAsync(() => bench.AskAsync(upload.Entity, report))).ReportedInUse);
                bench.Crash();
                var other = report with { Location = Some.Location("second") };
                Assert.False((await bench.UntilAnsweredAsync(() => bench.AskAsync(upload.Entity, other))).ReportedInUse);
            }

            var first = await bench.UntilAnsweredAsync(() => bench.AskAsync(upload.Entity, Complete));
            bench.Crash();
            Assert.Equal(first, await bench.UntilAnsweredAsync(() => bench.AskAsync(upload.Entity, Complete)));
            Assert.Equal(["node-0", "node-1", "node-2", "node-3"], await LocationsAsync(bench, upload));
            Assert.Equal(ByteStorage.External, (await bench.FindAsync(first.Archive))!.ByteStorage);
        }
    }
}
