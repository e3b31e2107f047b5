using System.Reflection;
using System.Reflection.Emit;

namespace OrleansUploads.TestKit.Architecture;

/// <summary>The dependencies between the folders of a project. A folder is a namespace; a nested folder is a separate
/// node.</summary>
/// <remarks>It reads compiled code: base types, attributes, signatures and the tokens in method bodies. It does not see constants, which
/// the compiler copies, nor references in documentation comments.</remarks>
public sealed class FolderGraph
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => field.GetValue(null))
        .OfType<OpCode>()
        .ToDictionary(code => code.Value);

    private readonly SortedDictionary<string, SortedDictionary<string, string>> _uses = new(StringComparer.Ordinal);

    private FolderGraph()
    {
    }

    /// <summary>The folders of an assembly's own types.</summary>
    public static FolderGraph Of(Assembly assembly) => Of(assembly.GetTypes());

    /// <summary>The folders of some types, and the uses among them.</summary>
    public static FolderGraph Of(IEnumerable<Type> types) => Of(types, static (_, _) => true);

    /// <summary>The folders of some types, and those uses among them that count.</summary>
    public static FolderGraph Of(IEnumerable<Type> types, Func<Type, Type, bool> counts)
    {
        var graph = new FolderGraph();
        foreach (var (user, used) in UsesAmong(types).Where(use => counts(use.User, use.Used)))
        {
            graph.Add(user, used);
        }

        return graph;
    }

    /// <summary>Every use of a type by another.</summary>
    public static IEnumerable<(Type User, Type Used)> UsesAmong(IEnumerable<Type> types)
    {
        var all = types.Where(type => type.Namespace is { } name && name.StartsWith("OrleansUploads", StringComparison.Ordinal)).ToHashSet();
        return all.SelectMany(type => UsedBy(type).Where(all.Contains).Select(used => (type, used)));
    }

    /// <summary>A cycle of folders, with one use for each step, or empty.</summary>
    public IReadOnlyList<string> FindCycle()
    {
        var finished = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in _uses.Keys)
        {
            var path = new List<string>();
            if (Visit(folder, path, finished))
            {
                var cycle = path[path.IndexOf(path[^1])..];
                return [.. cycle.Zip(cycle.Skip(1), (from, to) => $"{from} -> {to}: {_uses[from][to]}")];
            }
        }

        return [];
    }

    public string DescribeCycle() => string.Join(Environment.NewLine, FindCycle());

    private bool Visit(string folder, List<string> path, HashSet<string> finished)
    {
        var isCycle = path.Contains(folder);
        path.Add(folder);
        if (isCycle)
        {
            return true;
        }

        if (finished.Contains(folder))
        {
            path.RemoveAt(path.Count - 1);
            return false;
        }

        foreach (var used in _uses.GetValueOrDefault(folder)?.Keys ?? Enumerable.Empty<string>())
        {
            if (Visit(used, path, finished))
            {
                return true;
            }
        }

        finished.Add(folder);
        path.RemoveAt(path.Count - 1);
        return false;
    }

    private void Add(Type user, Type used)
    {
        if (user.Namespace == used.Namespace)
        {
            return;
        }

        if (!_uses.TryGetValue(user.Namespace!, out var uses))
        {
            _uses[user.Namespace!] = uses = new(StringComparer.Ordinal);
        }

        uses.TryAdd(used.Namespace!, $"{Outermost(user).Name} uses {Outermost(used).Name}");
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static HashSet<Type> UsedBy(Type type)
    {
        var used = new HashSet<Type>();
        Note(type.BaseType);
        foreach (var implemented in type.GetInterfaces())
        {
            Note(implemented);
        }

        foreach (var field in type.GetFields(Everything))
        {
            Note(field.FieldType);
        }

        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            NoteSignature(method);
            foreach (var member in TokensOf(method))
            {
                NoteMember(member);
            }
        }

        return used;

        void Note(Type? other)
        {
            if (other is null)
            {
                return;
            }

            if (other.HasElementType)
            {
                Note(other.GetElementType());
                return;
            }

            if (other.IsConstructedGenericType)
            {
                foreach (var argument in other.GetGenericArguments())
                {
                    Note(argument);
                }

                other = other.GetGenericTypeDefinition();
            }

            if (!other.IsGenericParameter)
            {
                used.Add(other);
            }
        }

        void NoteSignature(MethodBase method)
        {
            foreach (var parameter in method.GetParameters())
            {
                Note(parameter.ParameterType);
            }

            if (method is MethodInfo { ReturnType: var answer })
            {
                Note(answer);
            }

            foreach (var local in method.GetMethodBody()?.LocalVariables ?? [])
            {
                Note(local.LocalType);
            }
        }

        void NoteMember(MemberInfo member)
        {
            Note(member as Type ?? member.DeclaringType);
            if (member is MethodInfo { IsGenericMethod: true } generic)
            {
                foreach (var argument in generic.GetGenericArguments())
                {
                    Note(argument);
                }
            }
        }
    }

    private static IEnumerable<MemberInfo> TokensOf(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericArguments() : null;
        var methodArguments = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
            {
                value = (short)(0xFE00 | code[at++]);
            }

            var operation = OpCodesByValue[value];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    if (method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments) is { } member)
                    {
                        yield return member;
                    }

                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }
}
