namespace OrleansUploads.Engine.Tests.Contracts;

internal static class DeciderTypes
{
    public static IReadOnlyList<(Type State, Type Command, Type Event)> All { get; } =
    [
        .. typeof(ICommand).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, BaseType: { IsGenericType: true } rules }
                && rules.GetGenericTypeDefinition() == typeof(Decider<,,>))
            .Select(type => type.BaseType!.GetGenericArguments())
            .Select(types => (types[0], types[1], types[2])),
    ];

    /// <summary>Whether a type is stored: an event, or a state in a snapshot.</summary>
    public static bool IsStored(Type type) => All.Any(decider => type.IsAssignableTo(decider.Event) || type.IsAssignableTo(decider.State));
}
