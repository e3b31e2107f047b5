using System.Collections.Immutable;

namespace OrleansUploads.Engine.Contracts;

/// <summary>A type that is stored or sent, with the name of each version of its shape.</summary>
/// <remarks>A name always means the same members. A type that gets another member therefore also gets another name, which is
/// used only for values that use the member; see <see cref="NamedShape{T}.Widened"/>.</remarks>
internal abstract class NamedShape
{
    private protected NamedShape(Type type, string name, ImmutableArray<WiderName> wider)
    {
        Type = type;
        Name = name;
        Wider = wider;
    }

    /// <summary>The type. Renaming it in C# does not change its stored names.</summary>
    public Type Type { get; }

    /// <summary>The name of the first version.</summary>
    public string Name { get; }

    /// <summary>The names of the later versions, the oldest first.</summary>
    public ImmutableArray<WiderName> Wider { get; }

    /// <summary>The names of all versions, the oldest first. Each of them can be read.</summary>
    public IEnumerable<string> Names => [Name, .. Wider.Select(wider => wider.Name)];

    /// <summary>Creates a row of a table.</summary>
    /// <param name="name">The name of the first version of its shape.</param>
    public static NamedShape<T> Named<T>(string name)
        where T : class => new(name, []);

    /// <summary>The index in <see cref="Names"/> of the version under which a value is written: the newest one that has a member
    /// that the value uses. Older versions of the program refuse that name, because they would lose the member.</summary>
    public int VersionOf(object value)
    {
        var version = Wider.Length;
        while (version > 0 && !Wider[version - 1].IsUsed(value))
        {
            version--;
        }

        return version;
    }
}

/// <summary>A <see cref="NamedShape"/> of a known type.</summary>
internal sealed class NamedShape<T> : NamedShape
    where T : class
{
    internal NamedShape(string name, ImmutableArray<WiderName> wider)
        : base(typeof(T), name, wider)
    {
    }

    /// <summary>The same shape with one more name, for a type that got another member.</summary>
    /// <param name="name">The name of the new version. It must never have been used.</param>
    /// <param name="isUsed">Whether a value uses the new member.</param>
    public NamedShape<T> Widened(string name, Func<T, bool> isUsed) =>
        new(Name, Wider.Add(new WiderName(name, value => isUsed((T)value))));
}

/// <summary>The name of a later version of a shape.</summary>
/// <param name="Name">The name.</param>
/// <param name="IsUsed">Whether a value uses the member that this version added.</param>
internal sealed record WiderName(string Name, Func<object, bool> IsUsed);
