namespace OrleansUploads.Core.Deciding;

/// <summary>Something that can be asked of an entity.</summary>
public interface ICommand;

/// <summary>Something that can be asked of an entity, and what a positive answer looks like.</summary>
/// <typeparam name="TAnswer">The answer, unless it is a <see cref="Refusal"/>.</typeparam>
public interface ICommand<TAnswer> : ICommand;

/// <summary>A command whose sender acts upon the answer for good: it forgets an intent, or deletes bytes.</summary>
/// <remarks>A host that another one has overtaken can still answer from memory, as long as it need not write. To this
/// command it must not: where nothing has happened, the host makes sure that its state is the newest before it says so.</remarks>
public interface IBindingCommand : ICommand;

/// <summary>The answer of a command that has nothing more to say.</summary>
public sealed record Done
{
    private Done()
    {
    }

    /// <summary>The only one.</summary>
    public static Done Instance { get; } = new();
}
