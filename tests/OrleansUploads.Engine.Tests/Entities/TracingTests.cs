using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrleansUploads.Engine.Tests.Entities;

public sealed class TracingTests : IDisposable
{
    private readonly ConcurrentBag<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public TracingTests()
    {
        // Other tests run at the same time, so each test looks only at its own traces.
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == EngineTracing.SourceName,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Each_command_that_shares_a_write_to_the_journal_has_it_in_its_trace()
    {
        var (bench, hold) = EngineBench.Holding();
        var upload = await bench.OpenFirstUploadAsync();
        var held = hold();

        // The first report starts a write; the other two wait for it and share the next one.
        var reports = Enumerable.Range(0, 3).Select(slot => TraceAsync(bench, upload.Entity, ClientCalls.Report(slot))).ToList();
        await held.WhenArrivedAsync(1, CancellationToken.None);
        held.ReleaseAll();
        var traces = await Task.WhenAll(reports);

        Assert.All(traces, trace => Assert.Equal(["JournalAppend < StorePart"], PathsOf(trace, "JournalAppend")));
        Assert.Equal([1, 2, 2], traces.Select(trace => (int)In(trace).Single(IsAppend).GetTagItem("commands")!).Order());
    }

    [Fact]
    public async Task The_trace_of_a_completion_contains_the_archive_that_its_shard_adds()
    {
        var (bench, hold) = EngineBench.Holding();
        var upload = await bench.OpenFirstUploadAsync();
        var archive = Some.Bytes((int)Some.MiB + 5, 1);
        await bench.StoreAsync(upload, 0, archive[..(int)Some.MiB]);
        var last = new PartRange(Some.MiB, archive.Length - 1);
        var held = hold();

        // The completions wait for the write of the last part.
        var part = TraceAsync(
            bench, upload.Entity, new StorePart(ClientCalls.Incarnation, last, TreeHasher.Compute(archive.AsSpan((int)Some.MiB)), Some.Attempt(1)));
        var completes = Enumerable.Range(0, 2)
            .Select(_ => TraceAsync(
                bench, upload.Entity, new CompleteUpload(ClientCalls.Incarnation, archive.Length, TreeHasher.Compute(archive))))
            .ToList();
        await held.WhenArrivedAsync(1, CancellationToken.None);
        held.ReleaseAll();
        await Task.WhenAll(completes.Append(part));

        var trace = await completes[0];
        Assert.Contains("JournalAppend < AddArchive < CompleteUpload", PathsOf(trace, "JournalAppend"));
        Assert.DoesNotContain(In(await part), static activity => activity.OperationName == "AddArchive");
    }

    private static async Task<ActivityTraceId> TraceAsync<TAnswer>(EngineBench bench, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer
    {
        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C);
        caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        caller.Start();
        await bench.Host.AskAsync(entity, command, CancellationToken.None);
        return caller.TraceId;
    }

    private static bool IsAppend(Activity activity) => activity.OperationName == "JournalAppend";

    private IReadOnlyList<Activity> In(ActivityTraceId trace) => [.. _ended.Where(activity => activity.TraceId == trace)];

    /// <summary>The names of the activities of a trace that have a name, each with those of the engine's activities above it.</summary>
    private IEnumerable<string> PathsOf(ActivityTraceId trace, string name)
    {
        var activities = In(trace);
        foreach (var activity in activities.Where(activity => activity.OperationName == name))
        {
            var path = name;
            for (var at = activity; activities.SingleOrDefault(next => next.SpanId == at.ParentSpanId) is { } parent; at = parent)
            {
                path = $"{path} < {parent.OperationName}";
            }

            yield return path;
        }
    }
}
