using System.Runtime.CompilerServices;

namespace OrleansUploads.Engine.Tests.Entities;

public sealed class CommandTicketTests
{
    [Fact]
    public async Task A_caller_that_gives_up_is_not_answered()
    {
        using var caller = new CancellationTokenSource();
        var ticket = CommandTicket.Untraced();
        ticket.GiveUpOn(caller.Token);

        await caller.CancelAsync();
        ticket.Answer(Done.Instance);

        Assert.True(ticket.Task.IsCanceled);
    }

    [Fact]
    public async Task An_answer_stays_when_the_caller_gives_up_afterwards()
    {
        using var caller = new CancellationTokenSource();
        var ticket = CommandTicket.Untraced();
        ticket.GiveUpOn(caller.Token);

        ticket.Answer(Done.Instance);
        await caller.CancelAsync();

        Assert.Same(Done.Instance, (await ticket.Task).Answer);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_token_of_a_caller_does_not_keep_what_was_answered(bool isAnsweredAtOnce)
    {
        using var caller = new CancellationTokenSource();

        var ticket = AnswerOne(isAnsweredAtOnce, caller.Token);
        GC.Collect();

        Assert.False(ticket.TryGetTarget(out _));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<CommandTicket> AnswerOne(bool isAnsweredAtOnce, CancellationToken caller)
    {
        var ticket = CommandTicket.Untraced();
        if (isAnsweredAtOnce)
        {
            ticket.Answer(Done.Instance);
            ticket.GiveUpOn(caller);
        }
        else
        {
            ticket.GiveUpOn(caller);
            ticket.Answer(Done.Instance);
        }

        return new WeakReference<CommandTicket>(ticket);
    }
}
