using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Refusals;

/// <summary>An answer or a refusal.</summary>
/// <typeparam name="TAnswer">Type of the answer.</typeparam>
public readonly struct Outcome<TAnswer>
    where TAnswer : class
{
    private readonly object _value;

    /// <summary>Wraps a decider's answer.</summary>
    /// <exception cref="InvalidCastException">The object is neither a refusal nor a <typeparamref name="TAnswer"/>. This is a bug
    /// in the decider.</exception>
    public Outcome(object answer) => _value = answer is Refusals.Refusal or TAnswer
        ? answer
        : throw new InvalidCastException($"Expected {typeof(TAnswer).Name} or a refusal, but got {answer.GetType().Name}.");

    /// <summary>The refusal, or null if there is an answer.</summary>
    public Refusal? Refusal => _value as Refusal;

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The command was refused.</exception>
    public TAnswer Answer => _value as TAnswer
        ?? throw new InvalidOperationException($"The command was refused, so there is no {typeof(TAnswer).Name}: {_value}.");

    /// <summary>Gets either the answer or the refusal.</summary>
    /// <returns>True if there is an answer; false if there is a refusal.</returns>
    public bool TryGet([NotNullWhen(true)] out TAnswer? answer, [NotNullWhen(false)] out Refusal? refusal)
    {
        answer = _value as TAnswer;
        refusal = _value as Refusal;
        return answer is not null;
    }
}
