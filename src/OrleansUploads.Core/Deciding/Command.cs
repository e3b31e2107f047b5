namespace OrleansUploads.Core.Deciding;

/// <summary>A command that can be sent to an entity.</summary>
public interface ICommand;

/// <summary>A command that can be sent to an entity, with the type of its answer.</summary>
/// <typeparam name="TAnswer">Type of the answer, if the command is not refused with an <see cref="IRefusal"/>.</typeparam>
public interface ICommand<TAnswer> : ICommand
    where TAnswer : class, IAnswer;

/// <summary>What an entity answers to a command: data, <see cref="Done"/> or an <see cref="IRefusal"/>.</summary>
public interface IAnswer;

/// <summary>A command whose answer needs fresh state, because the sender acts on it irreversibly: it forgets an intent or deletes
/// bytes.</summary>
/// <remarks>A host with outdated state can normally answer from memory as long as nothing needs to be written. For this kind of
/// command it must first make sure that its state is the newest, even if the decision contains no events.</remarks>
public interface IRequiresFreshState : ICommand;

/// <summary>A question whose acceptance promises nothing, because the entity judges again what the sender does next. A host with
/// outdated state may accept it, but must not refuse it.</summary>
public interface IAsksForAdvice : ICommand;

/// <summary>A question of a scan over many entities, which the same scan seldom asks again. It does not keep its entity in memory at
/// the expense of entities that are in use.</summary>
public interface IScans : ICommand
{
    /// <summary>Whether the scan asks the entity nothing more after an answer. An entity that only scans have asked need not stay in
    /// memory then.</summary>
    bool IsDoneAfter(IAnswer answer);
}

/// <summary>A command that its sender expects to be the first of an entity, because its ID was drawn for it.</summary>
/// <remarks>A host that does not have such an entity in memory need not read its history first: if there is one, the first write
/// fails.</remarks>
public interface IMayBeginEntity : ICommand;

/// <summary>A command whose write a journal may delay for a moment, to write it together with others.</summary>
public interface IMayWait : ICommand
{
    /// <summary>Whether the sender also waits for a later write of the same group of entities, so that the delay costs it nothing.</summary>
    bool MayWait { get; }
}

/// <summary>The answer of a command that succeeded and returns no data.</summary>
[Named("done.1")]
public sealed record Done : IAnswer
{
    private Done()
    {
    }

    /// <summary>The only instance.</summary>
    public static Done Instance { get; } = new();
}

/// <summary>The answer of a refused command. The command has changed nothing.</summary>
public interface IRefusal : IAnswer;
