namespace OrleansUploads.Core.Deciding;

/// <summary>The name under which a type is stored in the journal or sent between hosts.</summary>
/// <remarks>The name is part of the format: renaming the type in C# does not change it, and it always means the same members. A type that
/// gets another member therefore also gets another name, with <see cref="WhenSet"/>: only values that use the member are written under
/// it, so that a version of the program that does not know the member refuses them instead of losing it. All names stay readable. A
/// member that an older version may lose is a note; it needs no name.</remarks>
/// <param name="name">Unique among all types.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class NamedAttribute(string name) : Attribute
{
    public string Name => name;

    /// <summary>The member that the type got with this name, or null for the first name. A value uses the member if it is not the
    /// default of its type. A member of a member is written with dots.</summary>
    public string? WhenSet { get; init; }
}
