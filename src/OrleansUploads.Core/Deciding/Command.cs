namespace OrleansUploads.Core.Deciding;

/// <summary>Something that can be asked of an entity.</summary>
public interface ICommand;

/// <summary>Something that can be asked of an entity, and what a positive answer looks like.</summary>
/// <typeparam name="TAnswer">The answer, unless it is a <see cref="Refusal"/>.</typeparam>
public interface ICommand<TAnswer> : ICommand;

/// <summary>The answer of a command that has nothing more to say.</summary>
public sealed record Done
{
    private Done()
    {
    }

    /// <summary>The only one.</summary>
    public static Done Instance { get; } = new();
}
