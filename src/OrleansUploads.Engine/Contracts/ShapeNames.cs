using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The types that are stored or sent, by the names that they carry with <see cref="NamedAttribute"/>.</summary>
internal sealed class ShapeNames
{
    private readonly FrozenDictionary<Type, NamedShape> _byType;
    private readonly FrozenDictionary<string, NamedShape> _byName;

    /// <summary>Collects the types that have a name.</summary>
    /// <param name="types">The types; those without a name are left out.</param>
    /// <param name="options">The format of their members.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or a type does not have the member that one of its names stands
    /// for.</exception>
    public ShapeNames(IEnumerable<Type> types, JsonSerializerOptions options)
    {
        _byType = types
            .Select(type => (Type: type, Names: type.GetCustomAttributes<NamedAttribute>(inherit: false).ToList()))
            .Where(named => named.Names.Count > 0)
            .ToFrozenDictionary(named => named.Type, named => new NamedShape(named.Type, named.Names, options));
        _byName = _byType.Values
            .SelectMany(shape => shape.Names.Select(name => (Name: name.Value, Shape: shape)))
            .ToDictionary(named => named.Name, named => named.Shape)
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The types of Core.</summary>
    public static ShapeNames Core { get; } = new(typeof(NamedAttribute).Assembly.GetTypes(), ContractJson.Options);

    public IEnumerable<(string Name, Type Type)> All => _byName.Select(named => (named.Key, named.Value.Type));

    /// <summary>Finds the name of a value, and the format of its members.</summary>
    /// <returns>False if its type has no name.</returns>
    public bool TryFind(object value, out JsonEncodedText name, [NotNullWhen(true)] out JsonTypeInfo? json)
    {
        if (!_byType.TryGetValue(value.GetType(), out var shape))
        {
            (name, json) = (default, null);
            return false;
        }

        (name, json) = (shape.NameOf(value), shape.Json);
        return true;
    }

    /// <summary>Finds the shape that a name means.</summary>
    /// <returns>False if no type has the name. A newer version of the program may know it.</returns>
    public bool TryFind(string name, [NotNullWhen(true)] out JsonTypeInfo? json)
    {
        json = _byName.GetValueOrDefault(name)?.Json;
        return json is not null;
    }

    /// <summary>A type with its names, the oldest first.</summary>
    private sealed class NamedShape
    {
        private readonly JsonSerializerOptions _options;
        private readonly Func<object, bool>[] _uses;

        public NamedShape(Type type, List<NamedAttribute> names, JsonSerializerOptions options)
        {
            _options = options;
            Type = type;
            names = [.. names.OrderBy(static name => name.WhenSet is not null)];
            Names = [.. names.Select(static name => JsonEncodedText.Encode(name.Name))];
            _uses = [.. names.Skip(1).Select(name => UseOf(type, name.WhenSet
                ?? throw new ArgumentException($"{type.Name} has two first names, '{names[0].Name}' and '{name.Name}'.")))];
        }

        public Type Type { get; }

        public JsonEncodedText[] Names { get; }

        /// <summary>Created at the first use: a process uses few of the shapes.</summary>
        public JsonTypeInfo Json => field ??= _options.GetTypeInfo(Type);

        /// <summary>The newest name that stands for a member that the value uses.</summary>
        public JsonEncodedText NameOf(object value)
        {
            var name = _uses.Length;
            while (name > 0 && !_uses[name - 1](value))
            {
                name--;
            }

            return Names[name];
        }

        private static Func<object, bool> UseOf(Type type, string path)
        {
            var members = new List<PropertyInfo>();
            foreach (var name in path.Split('.'))
            {
                members.Add((members.LastOrDefault()?.PropertyType ?? type).GetProperty(name)
                    ?? throw new ArgumentException($"{type.Name} has no member '{path}'."));
            }

            var last = members[^1].PropertyType;
            var unused = last.IsValueType ? Activator.CreateInstance(last) : null;
            return value => !Equals(members.Aggregate((object?)value, static (at, member) => at is null ? null : member.GetValue(at)) ?? unused, unused);
        }
    }
}
