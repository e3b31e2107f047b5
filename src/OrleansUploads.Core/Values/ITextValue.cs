using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Values;

/// <summary>A value that is stored as another one, from which it is made again.</summary>
/// <typeparam name="TSelf">The type of the value.</typeparam>
/// <typeparam name="TStored">What is stored.</typeparam>
public interface IStoredAs<TSelf, TStored>
    where TSelf : IStoredAs<TSelf, TStored>
{
    /// <summary>Returns what is stored.</summary>
    TStored ToStored();

    /// <summary>Makes the value from what was stored.</summary>
    static abstract TSelf FromStored(TStored stored);
}

/// <summary>A value with exactly one text form, which <see cref="object.ToString"/> returns.</summary>
public interface ITextValue<TSelf> : IParsable<TSelf>
    where TSelf : struct, ITextValue<TSelf>
{
    /// <summary>Parses the text form.</summary>
    /// <returns>False if <paramref name="text"/> is not the text form of any value.</returns>
    static abstract bool TryParse(string? text, out TSelf value);

    static TSelf IParsable<TSelf>.Parse(string s, IFormatProvider? provider) => TSelf.TryParse(s, out var value)
        ? value
        : throw new FormatException($"'{s}' is not a valid {typeof(TSelf).Name}.");

    static bool IParsable<TSelf>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TSelf result) =>
        TSelf.TryParse(s, out result);
}
