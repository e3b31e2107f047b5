using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Uploads;

namespace OrleansUploads.Cluster.Tests.Failover;

public sealed class FailoverHostTests : IDisposable
{
    private static readonly FailoverOptions Options = new();

    /// <summary>For tests that advance the clock until something has happened on another thread.</summary>
    private static readonly FailoverOptions Patient = Options with { MaxTime = TimeSpan.FromDays(1) };

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stopping = new();

    public void Dispose() => _stopping.Dispose();

    [Fact]
    [Promise("cluster.md", "a silo is killed")]
    public async Task A_command_is_held_until_its_entity_has_moved_and_then_sent_again_unchanged()
    {
        var inner = new MovingHost();
        var command = new AbortUpload(Some.Incarnation);
        var answer = Ask(HostOver(inner, Patient), Some.Upload(1), command);

        await AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.False(answer.IsCompleted);
        inner.HasArrived = true;
        await AdvanceUntilAsync(answer);

        Assert.Same(Done.Instance, await answer);
        Assert.All(inner.Sent, sent => Assert.Same(command, sent));
    }

    [Fact]
    public async Task Commands_that_were_sent_together_are_held_and_each_answer_is_that_to_a_repetition()
    {
        var inner = new MovingHost();
        ICommand[] commands = [new ListParts(Some.Incarnation, 0, 1), new AbortUpload(Some.Incarnation)];
        var answers = HostOver(inner, Patient).SendAllAsync(Some.Upload(1).Entity, commands, CancellationToken.None).AsTask();

        await AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.False(answers.IsCompleted);
        inner.HasArrived = true;
        await AdvanceUntilAsync(answers);

        Assert.Equal([new(Done.Instance, IsToRepetition: true), new(Done.Instance, IsToRepetition: true)], await answers);
        Assert.Equal(commands.ToHashSet(), inner.Sent.ToHashSet());
    }

    [Fact]
    public async Task A_refusal_of_several_commands_does_not_say_that_none_was_carried_out()
    {
        var host = HostOver(new MovingHost { HasArrived = true, IsRefused = true });
        var upload = Some.Upload(1).Entity;
        var command = new AbortUpload(Some.Incarnation);

        var one = await Assert.ThrowsAsync<EntityUnavailableException>(
            async () => await host.AskAllAsync(upload, [command], CancellationToken.None));
        var two = await Assert.ThrowsAsync<EntityUnavailableException>(
            async () => await host.AskAllAsync(upload, [command, command], CancellationToken.None));

        Assert.True(one.IsRefused);
        Assert.False(two.IsRefused);
        Assert.True(Assert.IsType<EntityUnavailableException>(two.InnerException).IsRefused);
    }

    [Fact]
    public async Task Only_the_answer_to_a_command_that_was_sent_before_is_that_to_a_repetition()
    {
        var inner = new MovingHost();
        var host = HostOver(inner, Patient);
        var lost = AskTracked(host, new AbortUpload(Some.Incarnation));
        await inner.Asked;
        var held = AskTracked(host, new ListParts(Some.Incarnation, 0, 1));
        await AdvanceAsync(TimeSpan.FromSeconds(6));
        inner.HasArrived = true;
        await AdvanceUntilAsync(Task.WhenAll(lost, held));

        Assert.Equal(new TrackedAnswer(Done.Instance, IsToRepetition: true), await lost);
        Assert.Equal(new TrackedAnswer(Done.Instance, IsToRepetition: false), await held);
        Assert.False((await AskTracked(host, new AbortUpload(Some.Incarnation))).IsToRepetition);
    }

    [Fact]
    public async Task While_an_entity_moves_only_one_of_its_commands_is_sent_again_and_again()
    {
        var inner = new MovingHost();
        var host = HostOver(inner, Patient);
        var probe = Ask(host, Some.Upload(1), new AbortUpload(Some.Incarnation));
        await inner.Asked;
        var others = Enumerable.Range(2, 20).Select(_ => Ask(host, Some.Upload(1), new ListParts(Some.Incarnation, 0, 1))).ToList();

        await AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.DoesNotContain(inner.Sent, static sent => sent is ListParts);
        inner.HasArrived = true;
        await AdvanceUntilAsync(Task.WhenAll([probe, .. others]));

        Assert.Equal(others.Count, inner.Sent.Count(static sent => sent is ListParts));
    }

    [Fact]
    public async Task Another_entity_is_not_held()
    {
        var host = HostOver(new MovingHost());
        var held = Ask(host, Some.Upload(1), new AbortUpload(Some.Incarnation));
        await AdvanceAsync(TimeSpan.FromSeconds(1));

        var other = new MovingHost { HasArrived = true };
        Assert.Same(Done.Instance, await Ask(HostOver(other), Some.Upload(2), new AbortUpload(Some.Incarnation)));
        Assert.False(held.IsCompleted);
        Assert.Single(other.Sent);
        await EndAsync(held);
    }

    [Fact]
    public async Task When_the_caller_of_the_probe_gives_up_another_command_becomes_the_probe()
    {
        var inner = new MovingHost();
        var host = HostOver(inner, Patient);
        using var impatient = new CancellationTokenSource();
        var probe = Ask(host, Some.Upload(1), new AbortUpload(Some.Incarnation), impatient.Token);
        await inner.Asked;
        var other = Ask(host, Some.Upload(1), new ListParts(Some.Incarnation, 0, 1));
        await AdvanceAsync(TimeSpan.FromSeconds(1));

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        inner.HasArrived = true;
        await AdvanceUntilAsync(other);

        Assert.Same(Done.Instance, await other);
    }

    [Fact]
    [Promise("cluster.md", "only the network between two silos fails")]
    public async Task A_command_is_not_held_for_longer_than_the_SDKs_wait()
    {
        var answer = Ask(HostOver(new MovingHost()), Some.Upload(1), new AbortUpload(Some.Incarnation));

        await AdvanceAsync(Options.MaxTime - TimeSpan.FromSeconds(1));
        Assert.False(answer.IsCompleted);
        await AdvanceAsync(TimeSpan.FromSeconds(2));

        await Assert.ThrowsAsync<EntityUnavailableException>(() => answer);
    }

    [Fact]
    public async Task A_failure_that_is_no_failover_is_answered_at_once()
    {
        var inner = new MovingHost { IsFailover = false };

        await Assert.ThrowsAsync<EntityUnavailableException>(
            () => Ask(HostOver(inner), Some.Upload(1), new AbortUpload(Some.Incarnation)));

        Assert.Single(inner.Sent);
    }

    [Fact]
    public async Task A_command_that_the_storage_refuses_when_it_is_repeated_may_have_been_carried_out_before()
    {
        var inner = new MovingHost { IsRefused = true };
        var host = HostOver(inner, Patient);
        var repeated = Ask(host, Some.Upload(1), new AbortUpload(Some.Incarnation));
        await inner.Asked;
        inner.HasArrived = true;
        await AdvanceUntilAsync(repeated);

        Assert.False((await Assert.ThrowsAsync<EntityUnavailableException>(() => repeated)).IsRefused);
        var once = Ask(host, Some.Upload(1), new AbortUpload(Some.Incarnation));
        Assert.True((await Assert.ThrowsAsync<EntityUnavailableException>(() => once)).IsRefused);
    }

    [Fact]
    public async Task A_process_that_stops_answers_what_it_holds_and_holds_nothing_more()
    {
        var host = HostOver(new MovingHost());
        var held = Ask(host, Some.Upload(1), new AbortUpload(Some.Incarnation));
        await AdvanceAsync(TimeSpan.FromSeconds(1));

        await _stopping.CancelAsync();

        await Assert.ThrowsAsync<EntityUnavailableException>(() => held);
        await Assert.ThrowsAsync<EntityUnavailableException>(() => Ask(host, Some.Upload(2), new AbortUpload(Some.Incarnation)));
    }

    [Theory]
    [InlineData(3, long.MaxValue)]
    [InlineData(int.MaxValue, 100)]
    public async Task Only_a_limited_number_and_length_of_commands_is_held(int maxCommands, long maxBytes)
    {
        var host = HostOver(new MovingHost(), Options with { MaxCommands = maxCommands, MaxBytes = maxBytes });
        var answers = Enumerable.Range(1, 20)
            .Select(number => Ask(host, Some.Upload(number), new AbortUpload(Some.Incarnation)))
            .ToList();

        var refused = answers.Where(static answer => answer.IsCompleted).ToList();

        Assert.InRange(refused.Count, 15, 19);
        foreach (var answer in refused)
        {
            await Assert.ThrowsAsync<EntityUnavailableException>(() => answer);
        }

        foreach (var held in answers.Except(refused))
        {
            await EndAsync(held);
        }
    }

    private FailoverHost HostOver(IEntityHost inner, FailoverOptions? options = null) =>
        new(inner, options ?? Options, _time, _stopping.Token);

    private static async Task<IAnswer> Ask(
        FailoverHost host, UploadId upload, ICommand command, CancellationToken cancellationToken = default) =>
        (await host.SendAsync(upload.Entity, command, cancellationToken)).Answer;

    private static Task<TrackedAnswer> AskTracked(FailoverHost host, ICommand command) =>
        host.SendAsync(Some.Upload(1).Entity, command, CancellationToken.None).AsTask();

    private async Task AdvanceAsync(TimeSpan by)
    {
        var steps = (int)(by / FailoverHost.FirstDelay);
        for (var step = 0; step < steps; step++)
        {
            _time.Advance(FailoverHost.FirstDelay);
            await Task.Yield();
        }
    }

    private async Task AdvanceUntilAsync(Task end)
    {
        while (!end.IsCompleted)
        {
            await AdvanceAsync(FailoverHost.MaxDelay);
        }
    }

    private async Task EndAsync(Task held)
    {
        await _stopping.CancelAsync();
        await Assert.ThrowsAsync<EntityUnavailableException>(() => held);
    }
}
