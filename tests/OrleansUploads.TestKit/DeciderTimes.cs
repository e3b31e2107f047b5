using OrleansUploads.Core.Deciding;

namespace OrleansUploads.TestKit;

/// <summary>Questions to a decider in a service that has never been away.</summary>
public static class DeciderTimes
{
    /// <summary>When time alone may lead to something. In a service that is always there it does not matter when that is asked.</summary>
    public static DateTimeOffset? WakeAt<TState, TCommand, TEvent>(this Decider<TState, TCommand, TEvent> decider, TState state)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => decider.WakeAt(state, ServiceTime.Continuous(Some.Noon));
}
