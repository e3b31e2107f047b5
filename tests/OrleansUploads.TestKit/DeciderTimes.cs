using OrleansUploads.Core.Deciding;

namespace OrleansUploads.TestKit;

/// <summary>Calls deciders of a service without outages.</summary>
public static class DeciderTimes
{
    /// <summary>The next wake time. Without outages it does not depend on the current time.</summary>
    public static DateTimeOffset? WakeAt<TState, TCommand, TEvent>(this Decider<TState, TCommand, TEvent> decider, TState state)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => decider.WakeAt(state, ServiceTime.Continuous(Some.Noon));
}
